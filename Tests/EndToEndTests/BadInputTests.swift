// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Whatever stands in the configuration or in the way of it: a clear error, and nothing that ran is disturbed.
@Suite struct BadInputTests {
    private static let sleeper = "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n"

    /// Bytes that are no configuration, and what is said of them behind the path of the file.
    private static let wrong: [(bytes: [UInt8], message: String)] = [
        (Array("[service.sleeper\ncommand = 1\n".utf8), ":1:"),
        (Array("[service.sleeper]\ncommand = \"unfinished\n".utf8), ":2:"),
        (Array("[service.sleeper]\ncommand = []\n".utf8), ":2:11: service.sleeper.command: is empty"),
        (
            Array("[service.\"sl".utf8) + [0xFF, 0xFE] + Array("per\"]\n".utf8),
            ":1:13: byte 0xFF is not UTF-8 (save the file as UTF-8)"
        ),
        (Array("[service.a]\n".utf8) + [0], ":2:1: a NUL byte stands here (a text file has none)"),
    ]

    @Test(arguments: wrong.indices)
    func aFileThatIsWrongDisturbsNothing(index: Int) throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        host.kill()
        let (bytes, message) = Self.wrong[index]
        try Files.replace(host.dir + "/hostd.toml", with: bytes)
        try expectRefusal(host, "\(host.dir)/hostd.toml\(message)", runs: pid)
    }

    @Test func aFileOf100MegabytesIsRefusedWithoutReadingIt() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        host.kill()
        try #require(truncate(host.dir + "/hostd.toml", 100 << 20) == 0)
        let message = "\(host.dir)/hostd.toml:1:1: the file has more than 1048576 bytes (at most 1MiB)"
        try expectRefusal(host, message, runs: pid)
        #expect(try peakMemoryKilobytes(of: host.pid) < 60_000)
    }

    /// `hostd --check` says so, and a start says so and goes on with what was accepted last.
    private func expectRefusal(_ host: HostUnderTest, _ message: String, runs pid: Int32) throws {
        let check = try host.run("hostd", ["--check", "--dir", host.dir])
        #expect(check.status == 78)
        #expect(check.output.hasPrefix(message), "\(check.output)")
        try host.start()
        #expect(try host.waitReady("sleeper") == pid)
        let condition = try #require(try host.status().conditions.first { $0.kind == "config" })
        #expect(condition.level == "critical")
        #expect(condition.reason.hasPrefix(message))
        #expect(try host.status("sleeper").restarts == 0)
    }

    private func peakMemoryKilobytes(of pid: Int32) throws -> Int {
        let line = try Files.readText("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } } ?? .max
    }

    @Test func dropInsAreReadByNameAndTheLastOneWins() throws {
        let host = try HostUnderTest(Self.sleeper + "env = { WHO = \"main\", KEPT = \"yes\" }\n")
        try Files.makeFolder(host.dir + "/conf.d")
        let names = ["20-late.toml", "10-early.toml", ".30-hidden.toml", "40-other.conf"]
        for name in names {
            let text = "[service.sleeper]\nenv = { WHO = \"\(name)\" }\n"
            try Files.replace("\(host.dir)/conf.d/\(name)", with: text.utf8)
        }
        try Files.replace(host.dir + "/conf.d/15-new.toml", with: "[service.new]\ncommand = [\"sleep\", \"1000\"]".utf8)
        try host.start()
        try host.waitReady("new")
        let pid = try host.waitReady("sleeper")
        let environment = try Files.readText("/proc/\(pid)/environ").split(separator: "\0")
        #expect(environment.contains("WHO=20-late.toml"))
        #expect(environment.contains("KEPT=yes"))
        try Files.replace(host.dir + "/conf.d/20-late.toml", with: "[service.sleeper]\nnice = 99\n".utf8)
        let check = try host.run("hostd", ["--check", "--dir", host.dir])
        let message = "service.sleeper.nice: 99 is out of range (-20 to 19)"
        #expect(check.output == "\(host.dir)/conf.d/20-late.toml:2:8: \(message)\n")
        #expect(check.status == 78)
    }

    @Test func whatCannotBeStartedSaysWhyAndTheOthersRun() throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/plain", with: "#!/bin/sh\n".utf8, mode: 0o644)
        let keys = "restart = { backoff = \"1h\", max_backoff = \"1h\" }\n"
        let host = try HostUnderTest(
            """
            \(Self.sleeper)
            [service.missing]
            command = ["/nonexistent/program"]
            \(keys)
            [service.nowhere]
            command = ["no-such-program"]
            \(keys)
            [service.plain]
            command = ["\(folder.path)/plain"]
            \(keys)
            [service.folder]
            command = ["\(folder.path)"]
            \(keys)
            [service.stranger]
            command = ["sleep", "1000"]
            user = "no-such-user"
            \(keys)
            [service.grouped]
            command = ["sleep", "1000"]
            group = "no-such-group"
            \(keys)
            """)
        try host.start()
        let pid = try host.waitReady("sleeper")
        for (name, words) in [
            ("missing", ["/nonexistent/program", "No such file or directory"]),
            ("nowhere", ["no-such-program", "No such file or directory"]),
            ("plain", ["\(folder.path)/plain", "Permission denied"]),
            ("folder", [folder.path, "Permission denied"]),
            ("stranger", ["user \"no-such-user\" does not exist"]),
            ("grouped", ["group \"no-such-group\" does not exist"]),
        ] {
            let reason = try host.wait(name, for: "backoff").reason
            for word in words { #expect(reason.contains(word), "\(name): \(reason)") }
        }
        #expect(try host.status("sleeper").pid == pid)
        #expect(try host.status("sleeper").restarts == 0)
    }

    @Test func aSocketPathThatIsTooLongIsRefusedBeforeAnythingStarts() throws {
        let host = try HostUnderTest("")
        let dir = host.dir + "/" + String(repeating: "x", count: 120)
        try Files.makeFolder(dir)
        try Files.replace(dir + "/hostd.toml", with: Self.sleeper.utf8)
        let result = try host.run("hostd", ["--dir", dir])
        #expect(result.status == 1)
        #expect(result.output.contains("\(dir)/run/"), "\(result.output)")
        #expect(result.output.contains("is too long for a socket"), "\(result.output)")
        #expect(Living.mentioning(dir).isEmpty)
    }

    // MARK: - The state folder

    /// Runs hostd with another file system in the place of its state folder.
    private func host(stateMountedBy script: String) throws -> HostUnderTest {
        let host = try HostUnderTest(Self.sleeper + Self.sleeper.replacing("sleeper", with: "other"))
        try Files.makeFolder(host.dir + "/state")
        host.starter = [
            "/usr/bin/unshare", "-m", "--propagation", "private", "/bin/sh", "-c", script + " && exec \"$@\"",
            host.dir + "/state",
        ]
        return host
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount"))
    func aFullStateFolderIsToldAndDisturbsNothing() throws {
        let host = try host(stateMountedBy: "mount -t tmpfs -o size=1m,mode=700 none \"$0\"")
        try host.start()
        let pid = try host.waitReady("sleeper")
        let filler = "/proc/\(host.pid)/root\(host.dir)/state/filler"
        try fill(filler)
        #expect(try host.act("restart", "other").state == "ready", "supervision goes on")
        try waitUntil("hostd to say that nothing is stored", seconds: 60) {
            try host.status().conditions.contains { $0.kind == "store" && $0.level == "warn" }
        }
        #expect(try host.waitReady("sleeper") == pid)
        unlink(filler)
        try waitUntil("hostd to store again", seconds: 90) {
            try !host.status().conditions.contains { $0.kind == "store" && $0.level == "warn" }
        }
        #expect(try host.status("sleeper").restarts == 0)
    }

    /// Writes a file until nothing more has room.
    private func fill(_ path: String) throws {
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT)
        for size in [4096, 1] { while (try? file.write(all: [UInt8](repeating: 0, count: size))) != nil {} }
    }

    @Test(.enabled(if: getuid() == 0, "only root can mount"))
    func aReadOnlyStateFolderIsToldAndTheServicesRun() throws {
        let host = try host(stateMountedBy: "mount -t tmpfs -o size=1m,mode=700,ro none \"$0\"")
        try host.start()
        try host.waitReady("sleeper")
        try waitUntil("hostd to say that nothing is stored", seconds: 60) {
            try host.status().conditions.contains { $0.kind == "store" && $0.level == "warn" }
        }
        #expect(host.said.contains("Read-only file system"), "\(host.said)")
    }
}
