// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The models of a report as CSV, as RFC 4180 has it: lines end with CR LF, and a cell with a comma, a quote or a line
/// break stands in quotes.
struct ModelReportTable {
    private static let figures = [
        "jobs", "attempts", "failures", "blamed", "uncounted", "tokens_input", "tokens_output", "tool_calls",
        "tool_failures", "seconds", "spend_usd",
    ]

    let report: ModelReport

    /// The lines, each with its CR and without its LF.
    func lines() -> [String] {
        let heads =
            ["from", "to", "model", "tiers"] + Self.figures + ["share_of_tokens", "share_of_spend"]
            + Self.figures.map { "before_" + $0 }
        return ([heads] + report.rows.map(cells)).map { $0.map(Self.quoted).joined(separator: ",") + "\r" }
    }

    private func cells(_ row: ModelReport.Row) -> [String] {
        [report.from.text, report.to.text, row.model, row.tiers.joined(separator: " ")] + Self.cells(row.use)
            + ["\(row.shareOfTokens)", row.shareOfSpend.map { "\($0)" } ?? ""] + Self.cells(row.before)
    }

    private static func cells(_ use: ModelReport.Use) -> [String] {
        [
            use.jobs, use.attempts, use.failures, use.blamed, use.uncounted, use.tokensInput, use.tokensOutput,
            use.toolCalls, use.toolFailures,
        ].map { "\($0)" } + ["\(use.seconds)", use.spend.map { "\($0)" } ?? ""]
    }

    static func quoted(_ cell: String) -> String {
        let isPlain = !cell.unicodeScalars.contains { [",", "\"", "\r", "\n"].contains($0) }
        return isPlain ? cell : "\"" + cell.replacing("\"", with: "\"\"") + "\""
    }
}
