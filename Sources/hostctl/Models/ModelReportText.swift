// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What each model did and cost, for people.
struct ModelReportText {
    private static let costHeads = ["MODEL", "IN", "OUT", "CHANGE", "SPEND", "CHANGE", "OF TOKENS", "OF SPEND"]
    private static let workHeads = ["MODEL", "JOBS", "ATTEMPTS", "FAILED", "BLAMED", "TOOL CALLS", "FAILED", "TIERS"]
    private static let serviceHeads = ["SERVICE", "LAUNCHES", "GENERATION", "TIER", "MODEL"]
    /// A model whose share of the money is more than so many times its share of the tokens is worth a sentence.
    private static let premium = 3.0

    let report: ModelReport
    let style: Style

    func lines() -> [String] {
        let span = report.to.milliseconds - report.from.milliseconds
        let head =
            "\(TimeText.local(report.from)) to \(TimeText.local(report.to)), beside the "
            + "\(TimeText.span(milliseconds: span)) before"
        guard !report.rows.isEmpty else { return [head, "no attempt of a job had a model"] + services() }
        return [head, ""] + costs() + paradoxes() + [""] + work() + remarks() + services()
    }

    private func costs() -> [String] {
        var rows = report.rows.map { row in
            cells(row.model, row.use, row.before) + [
                ModelFigures.share(row.shareOfTokens), row.shareOfSpend.map(ModelFigures.share) ?? "-",
            ]
        }
        if rows.count > 1 {
            let (use, before) = (Self.sum(report.rows.map(\.use)), Self.sum(report.rows.map(\.before)))
            rows.append(cells("all", use, before) + ["", ""])
        }
        return FigureTable(heads: Self.costHeads, numbers: Set(1...7), rows: rows, style: style).lines()
    }

    private func cells(_ name: String, _ use: ModelReport.Use, _ before: ModelReport.Use) -> [String] {
        [
            CleanText.of(name), ModelFigures.tokens(use.tokensInput), ModelFigures.tokens(use.tokensOutput),
            ModelFigures.change(Double(use.tokens), from: Double(before.tokens)), ModelFigures.dollars(use.spend),
            // A model that was not used before has cost nothing.
            ModelFigures.change(use.spend, from: before.spend ?? (before.tokens == 0 ? 0 : nil)),
        ]
    }

    /// What costs much more than it does.
    private func paradoxes() -> [String] {
        report.rows.compactMap { row in
            guard let spend = row.shareOfSpend, spend > Self.premium * row.shareOfTokens else { return nil }
            let times = row.shareOfTokens > 0 ? ", \(Self.times(spend / row.shareOfTokens)) times its share" : ""
            let text =
                "\(CleanText.of(row.model)) takes \(ModelFigures.share(spend)) of the money for "
                + "\(ModelFigures.share(row.shareOfTokens)) of the tokens\(times)"
            return style.paint(text, .warning)
        }
    }

    private func work() -> [String] {
        let rows = report.rows.map { row in
            [CleanText.of(row.model)]
                + [
                    row.use.jobs, row.use.attempts, row.use.failures, row.use.blamed, row.use.toolCalls,
                    row.use.toolFailures,
                ].map { "\($0)" } + [CleanText.of(row.tiers.joined(separator: ", "))]
        }
        return FigureTable(heads: Self.workHeads, numbers: Set(1...6), rows: rows, style: style).lines()
    }

    private func remarks() -> [String] {
        var lines: [String] = []
        let uncounted = report.rows.reduce(0) { $0 + $1.use.uncounted }
        if uncounted > 0 {
            lines.append("the tokens of \(uncounted) attempt\(uncounted == 1 ? "" : "s") could not be read")
        }
        let unpriced = report.rows.filter { $0.use.spend == nil && $0.use.tokens > 0 }.map { CleanText.of($0.model) }
        if !unpriced.isEmpty { lines.append("without a price in the policy: \(unpriced.joined(separator: ", "))") }
        return lines
    }

    private func services() -> [String] {
        guard !report.services.isEmpty else { return [] }
        let rows = report.services.map { use in
            [
                CleanText.of(use.service), "\(use.launches)", "\(use.generation)", CleanText.of(use.tier),
                CleanText.of(use.model),
            ]
        }
        return [""] + FigureTable(heads: Self.serviceHeads, numbers: [1, 2], rows: rows, style: style).lines()
    }

    private static func sum(_ uses: [ModelReport.Use]) -> ModelReport.Use {
        uses.reduce(into: ModelReport.Use()) { sum, use in
            sum.tokensInput += use.tokensInput
            sum.tokensOutput += use.tokensOutput
            if let spend = use.spend { sum.spend = (sum.spend ?? 0) + spend }
        }
    }

    private static func times(_ ratio: Double) -> String {
        let tenths = Int64((min(ratio, 1e9) * 10).rounded())
        return tenths % 10 == 0 || tenths >= 1000 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
