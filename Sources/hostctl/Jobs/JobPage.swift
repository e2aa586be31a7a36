// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// One job in depth.
struct JobPage {
    let job: JobStatus
    let style: Style
    let now: WallTime

    func lines() -> [String] {
        let brief = job.brief
        let head = [
            brief.mark(style), style.paint("job \(brief.id)", .strong),
            style.paint(CleanText.of(brief.state), brief.tone),
        ]
        var lines = [head.joined(separator: " ")]
        for (name, text) in fields() where !text.isEmpty { lines += PageField.lines(name, text, style) }
        if !job.attempts.isEmpty {
            lines += ["", style.paint("attempts", .faint)]
            lines += AttemptTable(job.attempts, style: style, now: now).lines()
        }
        let submitted = SubmittedText(submission: job.submission, style: style).lines()
        if !submitted.isEmpty { lines += ["", style.paint("what was submitted", .faint)] + submitted }
        return lines
    }

    private func fields() -> [(String, String)] {
        let brief = job.brief
        return [
            ("since", at(brief.since)), ("reason", CleanText.of(brief.reason)), ("next", next()),
            ("result", CleanText.of(job.result ?? "")), ("exit", exit()), ("kind", CleanText.of(brief.kind ?? "")),
            ("key", CleanText.of(brief.key ?? "")), ("submitted", submitted()),
            ("progress", brief.progress?.bar(style) ?? ""), ("attempts", attempts()), ("process", process()),
            ("session", CleanText.of(job.session ?? "")), ("checkpoint", CleanText.of(job.checkpoint ?? "")),
            ("after", numbers(job.after)), ("log", CleanText.of(job.log ?? "")),
        ]
    }

    private func at(_ time: WallTime) -> String {
        "\(TimeText.local(time)) (\(TimeText.relative(time, to: now)))"
    }

    /// What happens next, or what a person has to do for something to happen.
    private func next() -> String {
        let id = job.brief.id
        switch job.brief.phase {
        case .queued: return "starts when a place is free"
        case .waiting:
            if let time = job.brief.nextAttemptAt, time > now { return "tried again \(relative(time))" }
            return job.after.isEmpty ? "starts when that is over" : "starts when \(jobs(job.after)) succeeded"
        case .stalled: return "this attempt is ended, and another goes on with it"
        case .held: return "hostctl job release \(id) goes on with it, hostctl job cancel \(id) ends it"
        case .failed, .cancelled: return "hostctl job retry \(id) tries it anew"
        case .running, .succeeded, nil: return ""
        }
    }

    /// "in 40s, at 2026-05-18 09:30:40".
    private func relative(_ time: WallTime) -> String {
        "\(TimeText.relative(time, to: now)), at \(TimeText.local(time))"
    }

    private func jobs(_ ids: [Int64]) -> String {
        ids.count == 1 ? "job \(numbers(ids)) has" : "jobs \(numbers(ids)) have"
    }

    private func numbers(_ ids: [Int64]) -> String { ids.map { "\($0)" }.joined(separator: ", ") }

    private func submitted() -> String {
        let priority = job.brief.priority == 0 ? "" : ", priority \(job.brief.priority)"
        return "\(at(job.brief.createdAt)) by uid \(job.brief.uid)\(priority)"
    }

    private func attempts() -> String {
        var text = "\(job.brief.attemptCount)"
        if job.failures > 0 {
            text += ", \(job.failures) of \(job.failuresAllowed) failures since it last made progress"
        }
        if job.disruptions > 0 { text += ", \(job.disruptions) disruptions" }
        return text
    }

    private func process() -> String {
        [job.pid.map { "pid \($0)" }, job.instance.map { "instance \(CleanText.of($0))" }].compactMap { $0 }
            .joined(separator: ", ")
    }

    private func exit() -> String {
        guard job.brief.phase?.isFinal ?? false else { return "" }
        return job.exit?.text ?? ""
    }
}
