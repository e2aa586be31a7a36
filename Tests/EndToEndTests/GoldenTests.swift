// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// Golden jobs under a real hostd, with a policy in force.
@Suite struct GoldenTests {
    /// A host whose policy tries `new` beside `old`. Each of its golden jobs writes down who it is, then does `body`.
    private static func host(_ jobs: [(name: String, body: String)]) throws -> HostUnderTest {
        let host = try HostUnderTest("")
        try Files.makeFolder(host.dir + "/golden")
        for (name, body) in jobs {
            let text = """
                command = ["/bin/sh", "-c", "echo \(name) $1 >> ran; \(body)", "sh", "${model}"]
                directory = "\(host.dir)"
                attempts = 1
                """
            try Files.replace("\(host.dir)/golden/\(name).toml", with: text.utf8)
        }
        let policy = """
            [tier.agent]
            model = "old"
            gray = { model = "new", share = "5%" }

            [golden]
            jobs = ["golden/*.toml"]
            """
        try Files.replace(host.dir + "/models.toml", with: policy.utf8)
        try host.start()
        try host.waitModel("agent", "old")
        return host
    }

    private static func ran(_ host: HostUnderTest) -> [String] {
        ((try? Files.readText(host.dir + "/ran")) ?? "").split(separator: "\n").map(String.init)
    }

    private static func begin(_ host: HostUnderTest, rounds: Int = 1, candidate: String? = nil) throws -> (Int, JSON) {
        let request = GoldenRequest(tier: "agent", candidate: candidate, rounds: rounds)
        let (status, body) = try host.request("POST", "/v1/models/validate", body: request.json)
        return (status, try JSON(parsing: body))
    }

    private static func ended(_ host: HostUnderTest, seconds: Double = 60) throws -> GoldenStatus {
        try waitFor("the golden jobs to be over", seconds: seconds) {
            guard let json = try? host.json("GET", "/v1/models/validate?tier=agent"),
                let status = try? GoldenList(json: json).runs.first, status.state != "running"
            else { return nil }
            return status
        }
    }

    @Test func aCandidateThatDoesAllOfThemHasPassed() throws {
        let host = try Self.host([("a", "true"), ("b", "true")])
        let (code, answer) = try Self.begin(host, rounds: 2)
        #expect(code == 202 && answer["run"] == "agent-1", "\(answer)")
        let status = try Self.ended(host)
        #expect(status.state == "passed", "\(status)")
        #expect(status.jobs.map(\.state) == Array(repeating: "succeeded", count: 8))
        #expect(status.candidate.counted == 4 && status.candidate.failures == 0 && status.candidate.low == 0)
        #expect(Self.ran(host).sorted() == ["a", "a", "b", "b"].flatMap { ["\($0) new", "\($0) old"] }.sorted())
        for job in status.jobs {
            let shown = try host.job(try #require(job.id))
            let attempt = try #require(shown.attempts.last)
            #expect(attempt.model == (job.arm == "stable" ? "old" : "new") && shown.attempts.count == 1)
            #expect(shown.brief.key == "golden/agent-1/\(job.spec)/\(job.arm)/\(job.round)")
        }
        let again = try Self.begin(host)
        #expect(again.0 == 202 && again.1["run"] == "agent-2", "\(again)")
        _ = try Self.ended(host)
    }

    @Test func aCandidateThatFailsMoreHasNotPassed() throws {
        let host = try Self.host([("a", "test $1 = old"), ("b", "false")])
        _ = try Self.begin(host)
        let status = try Self.ended(host)
        #expect(status.state == "failed" && status.reason.contains("it failed more jobs than the tier's model"))
        #expect(status.candidate.failures == 2 && status.stable.failures == 1, "\(status)")
        let failed = try #require(status.jobs.first { $0.spec == "a" && $0.arm == "candidate" })
        #expect(failed.state == "failed" && failed.reason.contains("exit 1"), "\(failed)")
    }

    @Test func killedAgainAndAgainHostdRunsEachOfThemOnce() throws {
        let host = try Self.host((1...6).map { (name: "job-\($0)", body: "true") })
        _ = try Self.begin(host, rounds: 3)
        var generator = SplitMix64(seed: UInt64(getpid()))
        for _ in 0..<12 {
            let before = Self.ran(host).count
            try waitUntil("more jobs to run", seconds: 60) { Self.ran(host).count > min(before, 35) }
            letPass(microseconds: UInt32(generator.next() % 60_000))
            host.kill()
            try host.start()
        }
        let status = try Self.ended(host, seconds: 120)
        #expect(status.state == "passed", "\(status)")
        let expected = (1...6).flatMap { number in
            ["new", "old"].flatMap { Array(repeating: "job-\(number) \($0)", count: 3) }
        }
        #expect(Self.ran(host).sorted() == expected.sorted())
        #expect(Set(status.jobs.compactMap(\.id)).count == 36)
    }

    @Test func whatCannotBeRunIsSaidAtOnce() throws {
        let host = try Self.host([])
        var (code, answer) = try Self.begin(host)
        #expect(code == 409 && answer["error"]?.text?.hasPrefix("no file fits ") == true, "\(answer)")
        (code, answer) = try Self.begin(host, candidate: "old")
        #expect(code == 400, "\(answer)")
        (code, answer) = try Self.begin(host, rounds: 0)
        #expect(code == 400 && answer["error"] == "rounds is 0", "\(answer)")
        try Files.replace(host.dir + "/golden/x.toml", with: "kind = \"none\"\n".utf8)
        (code, answer) = try Self.begin(host)
        #expect(code == 409 && answer["error"] == "golden job x: there is no kind \"none\"", "\(answer)")
        try Files.replace(host.dir + "/golden/x.toml", with: "command = 7\n".utf8)
        (code, answer) = try Self.begin(host)
        #expect(code == 409 && answer["error"]?.text?.contains("golden/x.toml:1:11: ") == true, "\(answer)")
        try check("chmod", "golden/x.toml") { chmod(host.dir + "/golden/x.toml", 0o666) }
        (code, answer) = try Self.begin(host)
        #expect(code == 409 && answer["error"]?.text?.contains("can be written by others") == true, "\(answer)")
        // Any folder on the way is as good as the file.
        try check("chmod", "golden/x.toml") { chmod(host.dir + "/golden/x.toml", 0o644) }
        try check("chmod", host.dir) { chmod(host.dir, 0o777) }
        (code, answer) = try Self.begin(host)
        #expect(
            code == 409 && answer["error"]?.text?.contains("\(host.dir) can be written by others") == true, "\(answer)")
        try check("chmod", host.dir) { chmod(host.dir, 0o700) }
        let unknown = GoldenRequest(tier: "none")
        #expect(try host.request("POST", "/v1/models/validate", body: unknown.json).status == 404)
        #expect(try GoldenList(json: host.json("GET", "/v1/models/validate")).runs.isEmpty)
    }
}
