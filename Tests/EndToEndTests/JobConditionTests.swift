// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// Jobs while the host is in trouble: nothing is launched into it, what fails of it does not count, all go on
/// afterwards.
@Suite struct JobConditionTests {
    private func lines(_ path: String) -> [String] {
        ((try? Files.readText(path)) ?? "").split(separator: "\n").map(String.init)
    }

    private func level(_ host: HostUnderTest, _ kind: String) throws -> String? {
        try host.status().conditions.first { $0.kind == kind }?.level
    }

    private func keys(_ path: String) -> String {
        "[disk]\npaths = [\(path)]\nreserve = \"0B\"\ninterval = \"200ms\"\nsettle = \"400ms\"\n"
    }

    @Test func nothingIsLaunchedWhileTheLineIsDownAndWhatFailsThenDoesNotCount() throws {
        let web = try TinyServer { connection in
            while !connection.readHead().isEmpty {
                connection.send("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
            }
        }
        let relay = try Relay(to: web.port)
        let host = try HostUnderTest(
            """
            [network]
            probes = [{ name = "web", http = "http://127.0.0.1:\(relay.port)/", interval = "100ms", timeout = "600ms" }]
            [kind.online]
            command = ["/bin/sh", "-c", '''
              echo $HOSTD_JOB >> starts; until [ -e done ]; do [ -e fail ] && exit 1; sleep 0.02; done''']
            needs = ["network"]
            attempts = 1
            backoff = "10ms"
            """)
        try host.start()
        try waitUntil("the network to be ok", seconds: 60) { try level(host, "network") == "ok" }
        var submission = JobSubmission(kind: "online")
        submission.directory = host.dir
        let first = try host.submit(submission)
        try waitUntil("it to start") { lines(host.dir + "/starts").count == 1 }
        relay.weather = .reset
        try waitUntil("the network to be down", seconds: 60) { try level(host, "network") == "critical" }
        #expect(try host.job(first).brief.state == "running", "it is not stopped for that")
        try Files.replace(host.dir + "/fail", with: [])
        let waiting = try host.waitJob(first, for: "waiting") { $0.brief.reason.hasPrefix("network is critical") }
        #expect(waiting.attempts[0].state == "disrupted" && waiting.failures == 0 && waiting.disruptions == 1)
        let second = try host.submit(submission)
        try host.waitJob(second, for: "waiting")
        host.kill()
        try host.start()
        try waitUntil("the network to be down again", seconds: 60) { try level(host, "network") == "critical" }
        let down = lines(host.dir + "/starts").count
        try Files.remove(host.dir + "/fail")
        try Files.replace(host.dir + "/done", with: [])
        for id in [first, second] { try host.waitJob(id, for: "waiting", "succeeded") }
        #expect(lines(host.dir + "/starts").count == down)
        relay.weather = .fine
        for id in [first, second] { try host.waitJob(id, for: "succeeded", seconds: 90) }
        withExtendedLifetime((web, relay)) {}
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting needs root"))
    func aFullDiskHoldsEveryJobAndInterruptsTheOneThatFillsIt() throws {
        let disk = try SmallDisk(options: "size=32m")
        let host = try HostUnderTest("")
        try host.configure(
            keys("\"\(disk.path)\"") + """
                [kind.filler]
                command = ["/bin/sh", "-c", '''
                  [ -e \(host.dir)/asked ] && exit 0
                  trap "touch \(host.dir)/asked" USR1
                  cat /dev/zero > fill 2> /dev/null
                  while :; do sleep 0.05; done''']
                directory = "\(disk.path)"
                checkpoint = { notify = true, signal = "SIGUSR1", patience = "1s" }
                stop = { grace = "200ms" }
                [kind.modest]
                command = ["/bin/sh", "-c", "until [ -e go ]; do sleep 0.02; done"]
                directory = "\(disk.path)"
                """)
        try host.start()
        try waitUntil("the disk to be ok") { try level(host, "disk") == "ok" }
        let modest = try host.submit(JobSubmission(kind: "modest"))
        let pid = try host.waitJob(modest, for: "running") { $0.pid != nil }.pid
        let filler = try host.submit(JobSubmission(kind: "filler"))
        try waitUntil("the disk to be full", seconds: 60) { try level(host, "disk") == "critical" }
        try waitUntil("it to be asked") { Files.exists(host.dir + "/asked") }
        let asked = try host.submit(JobSubmission(command: ["/bin/true"]))
        #expect(try host.job(asked).brief.state == "queued")
        #expect(try host.job(modest).pid == pid)
        try Files.replace(disk.path + "/go", with: [])
        try host.waitJob(modest, for: "succeeded")
        #expect(try host.job(asked).brief.state == "queued", "there is a place, and the disk is full")
        try disk.remove("fill")
        try host.waitJob(asked, for: "succeeded", seconds: 60)
        let job = try host.waitJob(filler, for: "succeeded", seconds: 90)
        #expect(job.attempts[0].state == "disrupted" && job.failures == 0, "\(job.attempts)")
        #expect(job.attempts[0].reason.contains("\(disk.path) is nearly full"), "\(job.attempts)")
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting needs root"))
    func jobsOutliveADiskOfTheStateThatIsFullForAWhile() throws {
        let host = try HostUnderTest("")
        let disk = try SmallDisk(at: host.dir + "/state", imageOf: 32 << 20)
        chmod(disk.path, 0o700)
        try host.configure(
            keys("") + """
                [kind.steps]
                command = ["python3", "\(Gateway.fixtures)/steps.py", "steps", "100", "0.02"]
                directory = "\(host.dir)"
                """)
        try host.start()
        try waitUntil("the disk to be ok") { try level(host, "disk") == "ok" }
        let id = try host.submit(JobSubmission(kind: "steps"))
        try waitUntil("some steps") { lines(host.dir + "/steps").count >= 20 }
        try disk.fill()
        try waitUntil("the disk to be full", seconds: 60) { try level(host, "disk") == "critical" }
        var late = JobSubmission(command: ["/bin/sh", "-c", "echo ran >> late"])
        late.directory = host.dir
        late.key = "late"
        let answer = try? host.request("POST", "/v1/jobs", body: late.json)
        try waitUntil("all steps", seconds: 60) { lines(host.dir + "/steps").count == 100 }
        host.kill()
        try host.start()
        #expect(!Files.exists(host.dir + "/late"), "\(answer?.status ?? 0)")
        try disk.remove("fill")
        let lateID = try waitFor("the late one to be taken", seconds: 60) { try? host.submit(late) }
        let job = try host.waitJob(id, for: "succeeded", seconds: 90)
        #expect(lines(host.dir + "/steps") == (1...100).map { "\($0)" })
        #expect(job.attempts.count == 1, "\(job.attempts)")
        try host.waitJob(lateID, for: "succeeded", seconds: 60)
        #expect(lines(host.dir + "/late") == ["ran"])
    }
}
