// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLoop
import HostStore

private func job(_ number: Int64, _ phase: JobPhase, _ text: String) throws -> JobRecord {
    guard let id = JobID(number) else { throw SystemError(code: EINVAL, call: "number") }
    var job = JobRecord(id: id, uid: 0, submission: text, createdMilliseconds: 1)
    job.phase = phase
    return job
}

/// Writes jobs, 16 to a commit, for ever, and says each that is on the disk. The test kills it.
func writeJobs(_ folder: String) throws {
    try onLoop { loop, _ in
        let store = try Store(loop: loop, path: folder + "/hostd.db")
        @MainActor func more(from number: Int64) {
            for next in number..<number + 16 {
                guard let job = try? job(next, .queued, String(repeating: "x", count: 3000)) else { return }
                var attempt = AttemptRecord(job: job.id, number: 1, startedMilliseconds: 1)
                attempt.reason = "of \(next)"
                store.set(job: job, attempt: attempt) {
                    say("\(next)")
                    if next == number + 15 { more(from: number + 16) }
                }
            }
        }
        store.unfinishedJobs { found in more(from: (found?.highestNumber ?? 0) + 1) }
        return [store]
    }
}

/// Sets jobs on a small disk that is full for a while; says who heard, and what was kept.
func fillDiskWithJobs(_ folder: String) throws {
    try onLoop { loop, done in
        let store = try Store(loop: loop, path: folder + "/hostd.db", retry: .milliseconds(50))
        var heard: [Int64] = []
        let text = String(repeating: "x", count: 2000)
        @MainActor func set(_ numbers: ClosedRange<Int64>, _ phase: JobPhase) {
            for number in numbers {
                guard let job = try? job(number, phase, text) else { return }
                store.set(job: job) { heard.append(number) }
            }
        }
        store.healthChanged = { health in
            if case .failing(_, let why) = health {
                say(why.split(separator: ": ").dropFirst().joined(separator: ": "))
                say("\(heard.count) heard")
                set(1...10, .running)
                unlink(folder + "/filler")
                return
            }
            say("ok")
            store.flush(limit: .seconds(20)) {
                say("\(heard.count) heard, in order: \(heard == Array(1...200) + Array(1...10))")
                store.jobCounts { counts in
                    for (phase, count) in (counts ?? [:]).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                        say("\(count) \(phase)")
                    }
                    done()
                }
            }
        }
        set(1...10, .queued)
        store.flush(limit: .seconds(20)) {
            fill(folder + "/filler")
            set(11...200, .queued)
        }
        return [store]
    }
}

/// Opens a damaged store on a disk that has no room for another one, until there is some; says what was saved.
func rescueWithoutRoom(_ folder: String) throws {
    try onLoop { loop, done in
        fill(folder + "/filler")
        // Enough to open the damaged one, and to begin another.
        let size = try FileStatus(at: folder + "/filler").size
        try check("truncate") { truncate(folder + "/filler", Int(size) - (100 << 10)) }
        let store = try Store(loop: loop, path: folder + "/hostd.db", retry: .milliseconds(50))
        store.healthChanged = { health in
            if case .failing(_, let why) = health {
                say(why.split(separator: ": ").dropFirst().joined(separator: ": "))
                unlink(folder + "/filler")
                return
            }
            say("ok")
            store.unfinishedJobs { found in
                say("\(found?.jobs.count ?? -1) jobs")
                done()
            }
        }
        store.set(job: try job(1000, .queued, ""))
        return [store]
    }
}
