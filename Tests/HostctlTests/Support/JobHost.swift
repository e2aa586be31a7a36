// SPDX-License-Identifier: Apache-2.0

import HostWire
import Synchronization

/// A host with jobs, as hostd answers for it. What it answers next about a job is what a test has laid out.
final class JobHost: Sendable {
    private let scripts = Mutex<[Int64: [JobStatus]]>([:])
    private let lines: [LogLines.Line]
    private let rest: String?

    /// These jobs; one that is there several times is found in the next of its states at each look, and stays in the
    /// last. All of them wrote these lines.
    init(_ jobs: [JobStatus], wrote lines: [String] = [], rest: String? = nil) {
        self.lines = lines.map { LogLines.Line(at: Samples.dawn, text: $0) }
        self.rest = rest
        scripts.withLock { scripts in
            for job in jobs { scripts[job.brief.id, default: []].append(job) }
        }
    }

    /// Answers a request.
    func answer(_ question: Question) -> Reply {
        let path = question.path.dropFirst()
        guard path.first == "jobs" else { return Samples.answering([Samples.gateway])(question) }
        switch (question.method, path.count) {
        case ("GET", 1): return list(question)
        case ("POST", 1): return .json(JobReceipt(id: 42, isNew: true).json)
        case ("POST", 2): return .json(["removed": [12, 15]])
        default: break
        }
        guard let id = path.dropFirst().first.flatMap({ Int64($0) }), let job = next(id) else {
            return .error(404, "there is no job \(path.dropFirst().first ?? "")", hint: "hostctl job list")
        }
        guard path.count == 3, let action = path.last else { return .json(job.json) }
        return action == "logs" ? log(question) : act(action, job)
    }

    private func list(_ question: Question) -> Reply {
        var jobs = scripts.withLock { $0.values.compactMap { $0.first?.brief } }.sorted { $0.id > $1.id }
        if let before = question.value("before").flatMap({ Int64($0) }) { jobs = jobs.filter { $0.id < before } }
        if let states = question.value("state")?.replacing("%2C", with: ",") {
            jobs = jobs.filter { states.split(separator: ",").contains($0.state[...]) }
        }
        return .json(JobList(jobs: Array(jobs.prefix(question.value("limit").flatMap { Int($0) } ?? 10_000))).json)
    }

    private func next(_ id: Int64) -> JobStatus? {
        scripts.withLock { scripts in
            guard let first = scripts[id]?.first else { return nil }
            if let count = scripts[id]?.count, count > 1 { scripts[id]?.removeFirst() }
            return first
        }
    }

    private func log(_ question: Question) -> Reply {
        let after = question.value("after").flatMap { Int($0.split(separator: "%3A").last ?? "") } ?? 0
        let part = question.value("lines").flatMap { Int($0) }.map { lines.suffix($0) } ?? lines.dropFirst(after)
        let end = rest.map { LogLines.Line(at: nil, text: $0) }
        return .json(LogLines(lines: Array(part), rest: end, cursor: "1:\(lines.count)").json)
    }

    private func act(_ action: String, _ job: JobStatus) -> Reply {
        var job = job
        if action == "cancel", ["succeeded", "failed"].contains(job.brief.state) {
            return .error(409, "it has \(job.brief.state) already", hint: "hostctl job retry tries it anew")
        }
        job.brief.state = ["cancel": "cancelled", "hold": "held"][action] ?? "queued"
        job.brief.reason = "a person wants it"
        return .json(job.json)
    }
}

extension Samples {
    /// A job that has been in this state for as long as one can say "2h 5m".
    static func job(_ id: Int64, _ state: String, _ reason: String = "") -> JobStatus {
        var brief = JobBrief(
            id: id, state: state, uid: 1000, createdAt: ago(seconds: 7530 + 192), since: ago(seconds: 7530))
        brief.reason = reason
        brief.attemptCount = 3
        return JobStatus(brief: brief, attempts: [], submission: ["command": ["make", "test"]])
    }

    /// A failed job whose last attempt ended so.
    static func failure(_ id: Int64, code: Int32? = nil, signal: Int32? = nil) -> JobStatus {
        var job = job(id, "failed", "it did not work")
        job.exit = JobAttempt.Exit(code: code, signal: signal)
        return job
    }
}
