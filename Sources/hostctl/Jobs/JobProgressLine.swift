// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// The line on the terminal behind stderr that says how far jobs are that are waited for.
final class JobProgressLine {
    private let line: ProgressLine
    private let style: Style
    private var jobs: [JobBrief] = []

    init(_ session: Session) {
        line = ProgressLine(session, of: [])
        style = Style(of: 2, isPlain: session.request.has(.noColor))
    }

    /// Takes what is known of the jobs now.
    func take(_ jobs: [JobBrief]) {
        self.jobs = jobs
        show()
    }

    /// Shows it, once it takes long enough for a person to wonder; the time goes on.
    func show() {
        if let first = jobs.first { line.show(jobs.count == 1 ? one(first) : several()) }
    }

    /// Makes room for what is said next.
    func clear() { line.clear() }

    private func one(_ job: JobBrief) -> String {
        let head = "job \(job.id): \(job.state)"
        guard let progress = job.progress else {
            return job.reason.isEmpty || job.phase == .running ? head : "\(head): \(job.reason)"
        }
        return "\(head)  \(progress.bar(style))"
    }

    private func several() -> String {
        let counts = JobPhase.allCases.compactMap { phase in
            let count = jobs.count { $0.phase == phase }
            return count > 0 ? "\(count) \(phase.rawValue)" : nil
        }
        return "\(jobs.count) jobs: " + counts.joined(separator: ", ")
    }
}
