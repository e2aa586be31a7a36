// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// Jobs in a table, each with its reason.
struct JobTable {
    private static let heads = ["ID", "STATE", "KIND", "AGE", "ATTEMPTS", "PROGRESS", "REASON"]
    private static let progressWidth = 24

    private let jobs: [JobBrief]
    private let style: Style
    private let now: WallTime

    init(_ jobs: [JobBrief], style: Style, now: WallTime) {
        self.jobs = jobs
        self.style = style
        self.now = now
    }

    func lines() -> [String] {
        ReasonTable(Self.heads, numbers: [0, 4], rows: jobs.map(row), style: style).lines()
    }

    private func row(_ job: JobBrief) -> ReasonTable.Row {
        let rest: Style.Tone? = job.phase?.isFinal == true ? .faint : nil
        let isLoud = job.phase?.isLoud ?? true
        let age = TimeText.span(milliseconds: now.milliseconds - job.createdAt.milliseconds)
        return ReasonTable.Row(
            mark: job.mark(style),
            cells: [
                ("\(job.id)", .strong), (CleanText.of(job.state), job.tone), (CleanText.of(job.kind ?? "-"), rest),
                (age, rest), ("\(job.attemptCount)", rest), (progress(job), rest),
            ],
            reason: CleanText.of(job.reason), tone: isLoud ? job.tone : .faint, isLoud: isLoud)
    }

    /// "40% 80/200 tests", in a terminal no more than there is room for.
    private func progress(_ job: JobBrief) -> String {
        guard let progress = job.progress else { return "-" }
        let share = progress.share.map { "\(Int($0 * 100))% " } ?? ""
        let text = share + progress.shown
        return style.isTerminal ? style.cut(text, Self.progressWidth) : text
    }
}
