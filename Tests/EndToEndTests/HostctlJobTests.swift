// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// hostctl job and the real hostd together: what scripts rely on.
@Suite struct HostctlJobTests {
    @Test func aJobIsHandedInAndWaitedForAndEndsAsItsCommand() throws {
        let host = try HostUnderTest("")
        try host.start()
        let submitted = try host.hostctl("job", "submit", "--attempts", "1", "--", "/bin/sh", "-c", "echo hi; exit 5")
        #expect(submitted.output == "1\n" && submitted.status == 0)
        let waited = try host.hostctl("job", "wait", "job-1")
        #expect(waited.output.hasPrefix("1: failed after 1 attempt: ") && waited.status == 5)
        let killed = try host.hostctl("job", "submit", "--wait", "--attempts=1", "--", "/bin/sh", "-c", "kill -9 $$")
        #expect(killed.output.hasPrefix("2\n2: failed after 1 attempt: ") && killed.status == 137)
        let json = try host.hostctl("job", "submit", "--json", "--", "/bin/true")
        #expect(json.output == "{\"id\":3}\n")
        let done = try host.hostctl("job", "wait", "3")
        #expect(done.output.hasPrefix("3: succeeded after 1 attempt in ") && done.status == 0)
        #expect(try host.hostctl("job", "wait", "1", "2", "3").status == 5)
        #expect(try host.hostctl("job", "wait", "4").status == 4)
        #expect(try host.hostctl("job", "submit", "--kind", "none").status == 4)
        #expect(try host.hostctl("job", "submit", "--after", "9", "--", "x").status == 4)
        #expect(try host.hostctl("job", "submit", "--backoff", "9", "--", "x").status == 2)
    }

    @Test func aJobInDepthIsThatOfTheContract() throws {
        let host = try HostUnderTest("")
        try host.start()
        let submitted = try host.hostctl("job", "submit", "-f", "--", "/bin/sh", "-c", "echo one; pwd; printf end")
        let lines = submitted.output.split(separator: "\n").map(String.init)
        #expect(lines.dropFirst().prefix(3) == ["one", Files.currentFolder(), "end"], "\(submitted)")
        #expect(lines.first == "job 1" && lines.last?.hasPrefix("1: succeeded") == true && submitted.status == 0)
        let job = try JSON(parsing: Array(try host.hostctl("job", "show", "1", "--json").output.utf8))
        #expect(job["id"] == 1 && job["state"] == "succeeded" && job["kind"] == .null)
        let attempt = try #require(job["attempts"]?.elements?.first)
        #expect(attempt["state"] == "succeeded" && attempt["exit"]?["code"] == 0 && attempt["model"] == .null)
        #expect(attempt["reason"] != nil && job["progress"] != nil && job["result"] != nil)
        let page = try host.hostctl("job", "show", "1").output
        #expect(page.hasPrefix("+ job 1 succeeded\n") && page.contains("\nattempts\n") && page.contains("exit 0"))
        #expect(page.contains("\n    command  /bin/sh -c 'echo one; pwd; printf end'\n"), "\(page)")
        let list = try host.hostctl("job", "list").output
        #expect(list.contains("\n+  1  succeeded  -"), "\(list)")
        for words in [["job", "logs", "1"], ["logs", "job-1"]] {
            #expect(try host.run("hostctl", ["--dir", host.dir] + words).output.hasPrefix("one\n/"))
        }
    }

    @Test func whatAPersonWantsIsDone() throws {
        let host = try HostUnderTest("")
        try host.start()
        #expect(try host.hostctl("job", "submit", "--hold", "--", "sleep", "1000").output == "1\n")
        #expect(try host.hostctl("job", "wait", "1").status == 1)
        #expect(try host.hostctl("status").status == 3)
        #expect(try host.hostctl("status").output.contains("jobs to look at"))
        #expect(try host.hostctl("job", "release", "1").output.hasPrefix("1: "))
        let pid = try #require(try host.waitJob(1, for: "running") { $0.pid != nil }.pid)
        let held = try host.hostctl("job", "hold", "1")
        #expect(held.output.hasPrefix("1: held: held by a person") && held.status == 0, "\(held)")
        #expect(!Living.contains(pid))
        #expect(try host.hostctl("job", "retry", "1").status == 0)
        try host.waitJob(1, for: "running")
        let cancelled = try host.hostctl("job", "cancel", "1", "7")
        #expect(
            cancelled.output.contains("1: cancelled: cancelled by a person") && cancelled.output.contains("7: "),
            "\(cancelled)")
        #expect(cancelled.status == 4)
        #expect(try host.hostctl("job", "cancel", "1").status == 1, "it is over")
        #expect(try host.hostctl("job", "list", "--state", "cancelled").output.contains("-  1  cancelled"))
        #expect(try host.hostctl("job", "prune", "1").output == "1 job is forgotten: 1\n")
        #expect(try host.hostctl("job", "show", "1").status == 4)
    }

    @Test func waitingSurvivesAHostdThatIsKilled() throws {
        let host = try HostUnderTest("")
        try host.start()
        let go = host.dir + "/go"
        _ = try host.hostctl("job", "submit", "--", "/bin/sh", "-c", "until [ -e \(go) ]; do sleep 0.05; done; exit 0")
        let running = try RunningHostctl(host, ["job", "wait", "1"])
        try host.waitJob(1, for: "running")
        host.kill()
        try waitUntil("hostctl to notice") { try running.said().contains("waiting for it to come back") }
        try host.start()
        try Files.replace(go, with: [])
        #expect(try running.wait() == 0)
        #expect(try running.said().contains("\n1: succeeded after 1 attempt"))
    }

    @Test func theSameKeyMakesOneJob() throws {
        let host = try HostUnderTest("")
        try host.start()
        let file = host.dir + "/job.toml"
        try Files.replace(file, with: "command = \"exit 0\"\nkey = \"nightly\"\n".utf8)
        #expect(try host.hostctl("job", "submit", "--file", file).output == "1\n")
        let again = try host.hostctl("job", "submit", "--file", file)
        #expect(again.output.hasPrefix("1\n") && again.output.contains("has made this job already"))
        #expect(try host.hostctl("job", "submit", "--key", "other", "--file", file).output == "2\n")
    }
}
