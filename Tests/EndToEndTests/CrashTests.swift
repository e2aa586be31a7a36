// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// What is kept of ends that nobody wanted.
@Suite struct CrashTests {
    @Test func aCrashIsKeptWithAllThatIsKnownOfIt() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.web]
            command = '''
            for n in $(seq 300); do echo "line $n"; done
            while [ ! -e \(host.dir)/go ]; do sleep 0.05; done
            echo "the end"; printf "no newline"; exit 7
            '''
            live = { exec = ["true"], interval = "100ms" }
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        try host.waitReady("web")
        try waitUntil("an answer of its probe") { try host.status("web").health["live"]?.ok == true }
        try Files.replace(host.dir + "/go", with: [])
        let brief = try host.waitCrash("web")
        #expect(brief.code == 7 && brief.signal == nil && brief.why == nil)
        #expect(brief.instance == "web.1" && brief.text.hasPrefix("exit 7 after "))
        #expect(brief.lastLine == "no newline")
        let crash = try host.crash(brief.id)
        #expect(crash.brief == brief)
        #expect(crash.lines.map(\.text) == (103...300).map { "line \($0)" } + ["the end", "no newline"])
        #expect(!crash.isAll)
        #expect(crash.lines.allSatisfy { $0.at != nil && $0.stream == nil })
        #expect(crash.usage["max_rss_bytes"] != .null && crash.usage["user_s"] != .null)
        #expect(crash.memory["available_bytes"] != .null && crash.load.count == 3)
        #expect(crash.conditions.contains { $0.kind == "store" && $0.level == "ok" })
        #expect(crash.probes["live"]?.ok == true)
        #expect(crash.restarts == 1)
        #expect(crash.model == nil && crash.node == .null && crash.version == Release.version)
        let mode = try FileStatus(at: "\(host.dir)/state/crashes/\(brief.id).jsonl").rights
        #expect(mode == 0o600)
        let page = try host.hostctl("status", "web").output
        #expect(page.contains("last crash  exit 7 after ") && page.contains("hostctl crash show web"), "\(page)")
        let shown = try host.hostctl("crash", "show", "web").output
        #expect(shown.hasPrefix("web.1  exit 7 after ") && shown.contains("  the end\n"), "\(shown)")
        #expect(try host.hostctl("crash", "show", brief.id, "--json").output.contains(#""code":7"#))
        #expect(try host.hostctl("crash", "list").output.contains(brief.id))
        #expect(try host.hostctl("crash", "show", "nobody").status == ExitCode.noSuchName.rawValue)
    }

    @Test func endsOfManyAtOnceAreAllKeptThoughOneServiceNeverRests() throws {
        let names = (1...20).map { "web\($0)" }
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.restless]
            command = "exit 9"
            restart = { backoff = "0s", jitter = "0%", burst = 0 }

            """
                + names.map {
                    """
                    [service.\($0)]
                    command = "while [ ! -e \(host.dir)/go ]; do sleep 0.05; done; exit 5"
                    restart = { backoff = "1h", max_backoff = "1h" }


                    """
                }.joined())
        try host.start()
        for name in names { try host.waitReady(name) }
        try Files.replace(host.dir + "/go", with: [])
        for name in names { #expect(try host.waitCrash(name).code == 5) }
        #expect(try host.waitCrash("restless").code == 9)
    }

    @Test func endsThatSomebodyWantedLeaveNothing() throws {
        let host = try HostUnderTest(
            """
            [service.steady]
            command = "trap 'exit 1' TERM; while :; do sleep 0.1; done"

            [service.task]
            command = "exit 3"
            restart = { success_exit = [0, 3], backoff = "50ms", max_backoff = "50ms", burst = 0 }

            [service.broken]
            command = "exit 4"
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        try host.waitReady("steady")
        _ = try host.act("restart", "steady")
        _ = try host.act("stop", "steady")
        try host.wait("task", for: "backoff", "starting", "running", "ready") { $0.restarts > 3 }
        let brief = try host.waitCrash("broken")
        #expect(try host.crashes().map(\.id) == [brief.id])
        #expect(try host.stop() == 0)
        #expect(try host.crashFiles().count == 1)
    }

    @Test func theLinesAreThoseOfItsOwnLaunchOverRotations() throws {
        // Each launch rotates several times, and ends while its last lines are on their way.
        let host = try HostUnderTest(
            """
            [service.web]
            command = "for n in $(seq 150); do echo \\"$HOSTD_INSTANCE $n\\"; done; exit 1"
            log = { max_size = "1KiB", keep = 1000, compress = true }
            restart = { backoff = "100ms", max_backoff = "100ms", burst = 0 }

            """)
        try host.start()
        try waitUntil("ten crashes", seconds: 90) { try host.crashes().count >= 10 }
        _ = try host.act("stop", "web")
        // The oldest go while those that wait are written.
        let crashes = try waitFor("ten crashes in full", seconds: 60) { () -> [CrashRecord]? in
            let found = try host.crashes().compactMap { try? host.crash($0.id) }
            return found.count >= 10 ? found : nil
        }
        var whole = 0
        for crash in crashes {
            let lines = crash.lines.map { $0.text.split(separator: " ").map(String.init) }
            let numbers = lines.map { $0.last.flatMap { Int($0) } ?? 0 }
            // On a busy machine the last ones may come too late; those that are there follow one another.
            #expect(numbers == Array(1...150).prefix(numbers.count).map(\.self), "\(crash.brief.id): \(numbers)")
            #expect(Set(lines.map { $0.first }).count <= 1, "\(crash.brief.id)")
            whole += numbers.count == 150 ? 1 : 0
        }
        #expect(whole > 0)
    }

    @Test func streamsThatAreKeptApartAreBothThere() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = "echo out; sleep 0.2; echo err >&2; sleep 0.2; echo more; exit 1"
            log = { streams = "separate" }
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        let crash = try host.crash(try host.waitCrash("web").id)
        #expect(crash.lines.map(\.text) == ["out", "err", "more"])
        #expect(crash.lines.map(\.stream) == ["stdout", "stderr", "stdout"])
        #expect(crash.isAll)
        #expect(try host.hostctl("logs", "web").output == "out\nerr\nmore\n")
    }

    @Test func aCrashLoopKeepsToTheBounds() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = "echo $$; exit 1"
            restart = { backoff = "1ms", max_backoff = "1ms", burst = 0 }

            [service.db]
            command = "exit 2"
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        let other = try host.waitCrash("db")
        try host.wait("web", for: "starting", "running", "ready", "backoff", "stopping", "waiting", seconds: 90) {
            $0.restarts > 60
        }
        try waitUntil("the bound of a service") { try host.crashes("web").count == 20 }
        _ = try host.act("stop", "web")
        try waitUntil("the newest ones", seconds: 60) {
            let newest = try host.crashes("web").first?.instance
            return try newest == host.status("web").lastCrash?.instance && host.crashFiles().count == 21
        }
        #expect(try host.crashes().contains(other), "one that loops drives out no other's")
        #expect(try host.crashFiles().allSatisfy { $0.hasSuffix(".jsonl") })
    }

    @Test func secretsAreHidden() throws {
        let host = try HostUnderTest("")
        try Files.replace(host.dir + "/web.env", with: "DB_PASSWORD=correct horse battery\nPLAIN=visible\n".utf8)
        try host.configure(
            """
            [service.web]
            command = '''
            echo "given $API_TOKEN and $DB_PASSWORD and $PLAIN"
            echo 'Authorization: Bearer abcDEF0123456789'
            echo 'key sk-\(String(repeating: "a1-", count: 8))' >&2
            echo "dying of $API_TOKEN"
            exit 1
            '''
            env = { API_TOKEN = "zebra-crossing-42" }
            env_file = "\(host.dir)/web.env"
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        let brief = try host.waitCrash("web")
        let crash = try host.crash(brief.id)
        #expect(
            crash.lines.map(\.text) == [
                "given *** and *** and visible", "Authorization: Bearer ***", "key sk-***", "dying of ***",
            ])
        #expect(brief.lastLine == "dying of ***")
        for file in try host.crashFiles() {
            let text = try Files.readText("\(host.dir)/state/crashes/\(file)")
            for secret in ["zebra-crossing", "correct horse", "abcDEF", "a1-a1"] { #expect(!text.contains(secret)) }
        }
    }

    @Test func aFullStateDiskStopsNothing() throws {
        guard getuid() == 0 else { return }
        let host = try HostUnderTest(
            """
            [service.web]
            command = "echo line; exit 1"
            restart = { backoff = "20ms", max_backoff = "20ms", burst = 0 }

            """)
        let disk = try FullStateDisk(host.dir + "/state")
        try host.start()
        try host.waitCrash("web")
        try disk.fill()
        let before = try host.status("web").restarts
        try host.wait("web", for: "starting", "running", "ready", "backoff", "stopping", "waiting", seconds: 90) {
            $0.restarts > before + 30
        }
        try waitUntil("a word about it") { host.said.contains("a crash cannot be kept now") }
        let stuck = try host.crashes().first?.instance
        try disk.free()
        try waitUntil("a crash that is kept again", seconds: 90) { try host.crashes().first?.instance != stuck }
        _ = try host.act("stop", "web")
        #expect(try host.stop() == 0)
    }

    @Test func whatWasKeptIsThereAfterARestartOfHostd() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = "echo line; exit 1"
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        let brief = try host.waitCrash("web")
        host.kill()
        try host.start()
        try waitUntil("what was kept") { try host.crashes() == [brief] }
        #expect(try host.status("web").lastCrash == brief)
    }

    @Test func aCrashWhileHostdWasAwayIsKept() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = "echo alive; exec sleep 1000"
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        let pid = try host.waitReady("web")
        host.kill()
        kill(pid, SIGSEGV)
        try waitUntil("its end") { !Living.contains(pid) }
        try host.start()
        let brief = try host.waitCrash("web")
        #expect(brief.signal == SIGSEGV)
        #expect(try host.crash(brief.id).lines.map(\.text) == ["alive"])
    }

    @Test func whatHostdEndedItForIsKept() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = "echo started; exec sleep 1000"
            live = { exec = ["sh", "-c", "echo not well; exit 9"], interval = "50ms", failures = 2 }
            restart = { backoff = "1h", max_backoff = "1h" }

            """)
        try host.start()
        let brief = try host.waitCrash("web")
        #expect(brief.why?.contains("live probe") == true, "\(brief)")
        let crash = try host.crash(brief.id)
        #expect(crash.probes["live"]?.ok == false && crash.probes["live"]?.seen.contains("not well") == true)
        #expect((crash.probes["live"]?.failures ?? 0) >= 2)
    }
}
