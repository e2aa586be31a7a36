// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// The attempts of a job in a table, each with why it ended.
struct AttemptTable {
    private static let heads = ["NO", "STATE", "STARTED", "TOOK", "HOW", "EXIT", "MODEL"]

    private let attempts: [JobAttempt]
    /// Some of them say what they used.
    private let hasTokens: Bool
    private let style: Style
    private let now: WallTime

    init(_ attempts: [JobAttempt], style: Style, now: WallTime) {
        self.attempts = attempts
        hasTokens = attempts.contains { ($0.tokensInput ?? 0) + ($0.tokensOutput ?? 0) > 0 }
        self.style = style
        self.now = now
    }

    func lines() -> [String] {
        let heads = Self.heads + (hasTokens ? ["TOKENS"] : []) + ["REASON"]
        return ReasonTable(heads, numbers: [0, Self.heads.count], rows: attempts.map(row), style: style).lines()
    }

    private func row(_ attempt: JobAttempt) -> ReasonTable.Row {
        let (tone, symbol) = look(attempt)
        let end = attempt.endedAt ?? now
        let took = Double(end.milliseconds - attempt.startedAt.milliseconds)
        return ReasonTable.Row(
            mark: style.paint(symbol, tone),
            cells: [
                ("\(attempt.number)", .strong), (CleanText.of(attempt.state), tone),
                (TimeText.local(attempt.startedAt), nil), (TimeText.took(milliseconds: took), nil),
                (attempt.isResumed ? "resumed" : "afresh", nil), (attempt.exit?.text ?? "-", nil),
                (CleanText.of(attempt.model ?? "-"), nil),
            ] + (hasTokens ? [(tokens(attempt), nil)] : []),
            reason: CleanText.of(attempt.reason), tone: attempt.state == "failed" ? .bad : .faint,
            isLoud: ["failed", "disrupted"].contains(attempt.state))
    }

    /// "12.3k + 830": what the model read and what it wrote.
    private func tokens(_ attempt: JobAttempt) -> String {
        guard let input = attempt.tokensInput, let output = attempt.tokensOutput else { return "-" }
        return "\(CountText.short(input)) + \(CountText.short(output))"
    }

    /// An attempt looks like a job that is where it is; a disruption is nobody's fault.
    private func look(_ attempt: JobAttempt) -> (tone: Style.Tone, symbol: String) {
        switch attempt.state {
        case "launching", "running": (JobPhase.running.tone, JobPhase.running.symbol(style))
        case "disrupted": (JobPhase.stalled.tone, JobPhase.stalled.symbol(style))
        default:
            JobPhase(rawValue: attempt.state).map { ($0.tone, $0.symbol(style)) } ?? (.warning, "?")
        }
    }
}

extension JobAttempt.Exit {
    /// "exit 1", "SIGKILL".
    var text: String {
        if let code { return "exit \(code)" }
        return signal.map { SignalName.text($0) } ?? "not seen"
    }
}
