// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// Jobs that run: how soon after their submission, and how soon after a kill of hostd all are known again.
final class RunningJobs {
    private let host: JobsHost
    private let ring: Ring
    private let ringPath: String
    private var ids: [Int64] = []

    private static let patience: Duration = .seconds(60)

    /// A host with a place for each of `count` jobs.
    init(_ count: Int, under parent: String?) throws {
        host = try JobsHost(places: count, under: parent)
        ringPath = host.path + "/ring"
        ring = try Ring(path: ringPath)
    }

    /// Submits one job after the other: the times from the answer to the first instruction of the program. One that was
    /// faster than the answer has a time below zero.
    func launch(_ count: Int) throws -> [Duration] {
        try (0..<count).map { _ in
            ids.append(try host.submit(JobsHost.ringing(ringPath)))
            let answered = Clock.now
            guard let message = ring.next(within: Self.patience) else { throw BenchError("a job did not start") }
            return message.began - answered
        }
    }

    /// Until so many jobs run in all.
    func fill(to count: Int) throws {
        let missing = max(0, count - ids.count)
        for _ in 0..<missing { ids.append(try host.submit(JobsHost.ringing(ringPath))) }
        for number in 0..<missing where ring.next(within: Self.patience) == nil {
            throw BenchError("\(number) of \(missing) jobs started in \(Self.patience.text)")
        }
    }

    /// What is seen of a kill of hostd.
    struct Recovery {
        /// From the kill to the first answer of the next one that says which jobs there are.
        let answers: Duration
        /// From the kill until the last job was seen with its process.
        let all: Duration
    }

    /// Kills hostd with -9, starts it again, and asks for each job until it is there with the process that it had.
    func recover() throws -> Recovery {
        let before = try pids()
        let killed = try host.killAndRestart()
        let listed = Bytes.count(of: "\"state\":\"running\"", in: try host.ask("GET", "/v1/jobs"))
        let answers = Clock.now - killed
        guard listed == ids.count else { throw BenchError("\(listed) of \(ids.count) jobs run after the restart") }
        var all = answers
        // The last one first: the others were found before it, and asking costs time.
        for id in ids.reversed() {
            while true {
                if let pid = try pid(of: id) {
                    guard pid == before[id] else { throw BenchError("job \(id) has another process") }
                    break
                }
                all = Clock.now - killed
                guard all < Self.patience else { throw BenchError("job \(id) was not found again") }
            }
        }
        return Recovery(answers: answers, all: all)
    }

    private func pids() throws -> [Int64: Int64] {
        var pids: [Int64: Int64] = [:]
        for id in ids {
            let end = Clock.now + Self.patience
            while pids[id] == nil {
                pids[id] = try pid(of: id)
                guard Clock.now < end else { throw BenchError("job \(id) does not run") }
            }
        }
        return pids
    }

    private func pid(of id: Int64) throws -> Int64? {
        Bytes.number("pid", in: try host.ask("GET", "/v1/jobs/\(id)"))
    }
}
