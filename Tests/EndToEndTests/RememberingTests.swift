// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// What lasts over restarts of hostd and of the host, and what a damaged store costs.
@Suite struct RememberingTests {
    private static let sleeper = "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n"

    @Test func aStopByAPersonLastsOverAReboot() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        #expect(try host.act("stop", "sleeper").ok)
        #expect(try host.stop() == 0)
        try host.reboot()
        let status = try host.wait("sleeper", for: "stopped") { $0.reason == "stopped by a person" }
        #expect(status.pid == nil)
        let started = try host.act("start", "sleeper")
        #expect(started.ok, "\(started)")
        #expect(try host.stop() == 0)
        try host.reboot()
        try host.waitReady("sleeper")
    }

    @Test func whatWasHeldIsStillHeldAfterAReboot() throws {
        let host = try HostUnderTest("[service.bad]\ncommand = \"exit 78\"\n")
        try host.start()
        try host.wait("bad", for: "held")
        #expect(try host.stop() == 0)
        try host.reboot()
        let status = try host.wait("bad", for: "held")
        #expect(status.reason.contains("exit 78"))
    }

    @Test func countsOfRestartsGoOnAfterAReboot() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        kill(pid, SIGKILL)
        try host.waitReady("sleeper", notPid: pid)
        #expect(try host.stop() == 0)
        try host.reboot()
        try host.waitReady("sleeper")
        #expect(try host.status("sleeper").restarts == 1)
    }

    @Test func whatRanWhenHostdWasStoppedRunsAgainWhenItStarts() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        #expect(try host.stop() == 0)
        #expect(!Living.contains(pid))
        try host.start()
        try host.waitReady("sleeper", notPid: pid)
    }

    @Test(arguments: ["garbage", "a folder", "locked", "missing"])
    func aStoreThatCannotBeUsedCostsHistoryOnly(trouble: String) throws {
        let host = try HostUnderTest(Self.sleeper)
        try Files.makeFolder(host.dir + "/state")
        let path = host.dir + "/state/hostd.db"
        var locker: StoreLock?
        switch trouble {
        case "garbage": try Files.replace(path, with: String(repeating: "not a database\n", count: 1000).utf8)
        case "a folder": try Files.makeFolder(path)
        case "locked": locker = try StoreLock(path)
        default: break
        }
        try host.start()
        let pid = try host.waitReady("sleeper")
        kill(pid, SIGKILL)
        let next = try host.waitReady("sleeper", notPid: pid)
        #expect(try host.act("restart", "sleeper").ok)
        if trouble == "garbage" || trouble == "missing" {
            #expect(try host.events("sleeper").contains { $0.kind == "service.ready" })
        }
        if trouble == "locked" {
            try waitUntil("the trouble to be shown") {
                try host.status().conditions.contains { $0.kind == "store" && $0.level != "ok" }
            }
            locker = nil
            try waitUntil("history to be written late") {
                (try? host.events("sleeper"))?.contains { $0.kind == "service.ready" } == true
            }
        }
        #expect(!Living.contains(next))
        #expect(try host.stop() == 0)
        _ = locker
    }
}

extension HostUnderTest {
    /// The host comes up again with another epoch and an empty runtime folder.
    func reboot() throws {
        for name in (try? Files.list(dir + "/run")) ?? [] where name != "services" { unlink(dir + "/run/" + name) }
        epoch += 1
        try start()
    }
}

/// Holds the exclusive lock of a SQLite file, as a stray `sqlite3` would.
private final class StoreLock {
    private let process: Int32
    private let pidfd: Int32

    init(_ path: String) throws {
        let script = """
            import sqlite3, sys, time
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute("PRAGMA journal_mode=WAL")
            c.execute("CREATE TABLE IF NOT EXISTS lock(x)")
            c.execute("BEGIN EXCLUSIVE")
            open(sys.argv[1] + ".held", "w").close()
            time.sleep(600)
            """
        let started = try Processes.spawn(
            "/usr/bin/env", ["python3", "-c", script, path], environment: ["PATH=/usr/bin:/bin"])
        process = started.pid
        pidfd = started.takeDescriptor().release()
        try waitUntil("the lock to be held") { Files.exists(path + ".held") }
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        close(pidfd)
    }
}
