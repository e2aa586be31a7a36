// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

/// From the submission of a job to its place: once by its key, after others, in order, and never too many at a time.
@Suite struct JobQueueTests {
    private func plain(_ host: HostUnderTest, _ script: String) -> JobSubmission {
        var submission = JobSubmission(command: ["/bin/sh", "-c", script])
        submission.directory = host.dir
        return submission
    }

    private func lines(_ host: HostUnderTest, _ name: String) -> [String] {
        ((try? Files.readText("\(host.dir)/\(name)")) ?? "").split(separator: "\n").map(String.init)
    }

    @Test func theSameKeyMakesOneJobWhoeverAsksHoweverOftenOverKillsOfHostd() throws {
        let host = try HostUnderTest("")
        try host.start()
        var submission = plain(host, "echo ran >> ran")
        submission.key = "pr-7"
        let crowd = Crowd(50, submission, host)
        for round in 1...3 {
            try waitUntil("some answers", seconds: 60) { crowd.receipts.count >= 10 * round }
            host.kill()
            try host.start()
        }
        try waitUntil("all to be answered", seconds: 60) { crowd.receipts.count == 50 }
        let all = crowd.receipts
        #expect(Set(all.map(\.id)).count == 1 && all.filter(\.isNew).count <= 1, "\(all)")
        try host.waitJob(all[0].id, for: "succeeded")
        #expect(lines(host, "ran") == ["ran"])
        #expect(try JobList(json: try host.json("GET", "/v1/jobs")).jobs.count == 1)
        submission.command = ["/bin/false"]
        #expect(try host.submit(submission) == all[0].id, "the key counts, for ever")
    }

    @Test func whatWasAcknowledgedIsThereAfterAKillAtOnce() throws {
        let host = try HostUnderTest("")
        try host.start()
        var ids: [Int64] = []
        for _ in 0..<5 {
            ids.append(try host.submit(plain(host, "echo $HOSTD_JOB >> ran")))
            host.kill()
            try host.start()
        }
        for id in ids { try host.waitJob(id, for: "succeeded") }
        #expect(Set(ids).count == 5 && lines(host, "ran").sorted() == ids.map { "\($0)" }.sorted())
    }

    @Test func aJobComesAfterThoseItNamesAndIsHeldWhenOneFails() throws {
        let host = try HostUnderTest("")
        try host.start()
        let first = try host.submit(plain(host, "until [ -e go ]; do sleep 0.02; done; echo first >> order"))
        var second = plain(host, "echo second >> order")
        second.after = [first]
        let secondID = try host.submit(second)
        var bad = plain(host, "exit 3")
        bad.after = [first]
        bad.attempts = 1
        let badID = try host.submit(bad)
        var last = plain(host, "echo last >> order")
        last.after = [secondID, badID]
        let lastID = try host.submit(last)
        let waiting = try host.waitJob(secondID, for: "waiting")
        #expect(waiting.brief.reason.contains("job \(first)"), "\(waiting.brief.reason)")
        host.kill()
        try host.start()
        try host.waitJob(secondID, for: "waiting")
        try Files.replace(host.dir + "/go", with: [])
        try host.waitJob(secondID, for: "succeeded")
        try host.waitJob(badID, for: "failed")
        let held = try host.waitJob(lastID, for: "held")
        #expect(held.brief.reason == "job \(badID), which it waits for, has not succeeded")
        #expect(lines(host, "order") == ["first", "second"])
        #expect(try host.hostctl("job", "release", "\(lastID)").status == 0)
        try host.waitJob(lastID, for: "succeeded")
        var never = plain(host, "true")
        never.after = [badID]
        #expect(try host.request("POST", "/v1/jobs", body: never.json).status == 409)
        never.after = [9999]
        #expect(try host.request("POST", "/v1/jobs", body: never.json).status == 404)
    }

    @Test func noMoreRunThanMayAndThoseOfHigherPriorityGoFirst() throws {
        let work = """
            command = ["/bin/sh", "-c", '''
              echo "+$NAME" >> runs; until [ -e go ]; do sleep 0.02; done; sleep 0.05; echo "-$NAME" >> runs''']
            """
        let host = try HostUnderTest(
            """
            [host]
            concurrency = 4
            [kind.narrow]
            concurrency = 2
            \(work)
            [kind.wide]
            \(work)
            """)
        try host.start()
        var ids: [Int64] = []
        for number in 0..<12 {
            var submission = JobSubmission(kind: number % 2 == 0 ? "narrow" : "wide")
            submission.directory = host.dir
            submission.environment = ["NAME": "\(submission.kind ?? "")\(number)"]
            submission.priority = number < 10 ? 0 : 5
            ids.append(try host.submit(submission))
        }
        try waitUntil("four to run") { lines(host, "runs").count == 4 }
        host.kill()
        try host.start()
        try Files.replace(host.dir + "/go", with: [])
        for id in ids { try host.waitJob(id, for: "succeeded", seconds: 60) }
        var running: Set<String> = []
        for line in lines(host, "runs") {
            let name = String(line.dropFirst())
            if line.hasPrefix("+") { running.insert(name) } else { running.remove(name) }
            #expect(running.count <= 4 && running.filter { $0.hasPrefix("narrow") }.count <= 2, "\(running)")
        }
        let begun = lines(host, "runs").filter { $0.hasPrefix("+") }.map { $0.dropFirst() }
        #expect(begun.count == 12, "each once")
        #expect(Set(begun.prefix(4)) == ["narrow0", "wide1", "narrow2", "wide3"])
        let narrow = begun.filter { $0.hasPrefix("narrow") }
        #expect(narrow[2] == "narrow10" && begun.filter { $0.hasPrefix("wide") }[2] == "wide11", "\(begun)")
    }
}

/// Submitters of the same job at the same time. Who is not answered asks again.
private final class Crowd: Sendable {
    private let answered = Mutex<[JobReceipt]>([])

    var receipts: [JobReceipt] { answered.withLock { $0 } }

    init(_ count: Int, _ submission: JobSubmission, _ host: HostUnderTest) {
        let path = host.dir + "/run/hostd.sock"
        for _ in 0..<count {
            inBackground { [self] in
                try? waitUntil("an answer", seconds: 60) {
                    guard let socket = try? Sockets.connect(to: path),
                        let answer = try? HostUnderTest.request(
                            "POST", "/v1/jobs", body: submission.json, through: socket),
                        answer.status == 200, let receipt = try? JobReceipt(json: try JSON(parsing: answer.body))
                    else { return false }
                    answered.withLock { $0.append(receipt) }
                    return true
                }
            }
        }
    }
}
