// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Whoever can write the configuration says what runs: nobody but hostd's own user and root may.
@Suite struct ConfigurationRightsTests {
    private static let sleeper = "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n"

    private func check(_ host: HostUnderTest) throws -> String {
        let result = try host.run("hostd", ["--check", "--dir", host.dir])
        #expect(result.status == (result.output.isEmpty ? 0 : 78))
        return result.output
    }

    @Test func aFileOrFolderThatOthersCanWriteIsRefusedWithAWordWhy() throws {
        let host = try HostUnderTest(Self.sleeper)
        for folder in ["conf.d", "presets", "presets/jobs"] { try Files.makeFolder("\(host.dir)/\(folder)") }
        for file in ["conf.d/a.toml", "presets/own.toml"] { try Files.replace("\(host.dir)/\(file)", with: "".utf8) }
        try Files.replace("\(host.dir)/presets/jobs/own.toml", with: "command = [\"own\"]".utf8)
        #expect(try check(host) == "")
        let presets = ["/presets", "/presets/own.toml", "/presets/jobs", "/presets/jobs/own.toml"]
        for name in ["", "/hostd.toml", "/conf.d", "/conf.d/a.toml"] + presets {
            let path = host.dir + name
            let old = try FileStatus(at: path).rights
            chmod(path, old | 0o002)
            #expect(try check(host) == "\(path) can be written by others (chmod go-w \(path))\n")
            chmod(path, old)
        }
        #expect(try check(host) == "")
    }

    @Test(.enabled(if: getuid() == 0, "only root can give a file away"))
    func aFileOfSomebodyElseIsRefused() throws {
        let host = try HostUnderTest(Self.sleeper)
        chown(host.dir + "/hostd.toml", 12345, 0)
        #expect(
            try check(host) == "\(host.dir)/hostd.toml belongs to uid 12345 (it must belong to uid 0: chown it)\n")
    }

    @Test func aFolderOnTheWayThatOthersCanWriteIsRefused() throws {
        let outer = try TemporaryFolder()
        let path = outer.path + "/way/hostd.toml"
        try Files.makeFolder(outer.path + "/way")
        try Files.replace(path, with: Self.sleeper.utf8)
        let host = try HostUnderTest(Self.sleeper)
        func check() throws -> String { try host.run("hostd", ["--check", "--dir", outer.path + "/way"]).output }
        #expect(try check() == "")
        chmod(outer.path, 0o777)
        #expect(try check().contains("\(outer.path) can be written by others, and leads to "))
        chmod(outer.path, 0o1777)
        #expect(try check() == "", "a sticky bit keeps others' hands off what is there")
    }

    @Test(.enabled(if: getuid() == 0, "only root leaves a folder that everybody reaches"))
    func anEnvironmentFileThatEverybodyCanReadIsAWarning() throws {
        let path = "/var/tmp/hostd-test-\(getpid()).env"
        defer { unlink(path) }
        try Files.replace(path, with: "KEY=1\n".utf8, mode: 0o644)
        let host = try HostUnderTest("[service.a]\ncommand = [\"sleep\", \"1000\"]\nenv_file = \"\(path)\"\n")
        let words = "service.a.env_file: \(path) can be read by everybody (chmod o-r \(path))"
        let result = try host.run("hostd", ["--check", "--dir", host.dir])
        #expect(result.status == 0)
        #expect(result.output == "warning: \(words)\n")
        try host.start()
        try waitUntil("condition config") {
            try host.status().conditions.contains { $0.kind == "config" && $0.level == "warn" && $0.reason == words }
        }
        chmod(path, 0o600)
        #expect(try host.run("hostctl", ["--dir", host.dir, "reload"]).status == 0)
        try waitUntil("it to be over") {
            try host.status().conditions.contains { $0.kind == "config" && $0.level == "ok" }
        }
    }

    @Test func aStartWithOneRunsWhatWasAcceptedLast() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        host.kill()
        try host.configure(Self.sleeper.replacing("1000", with: "2000"))
        chmod(host.dir + "/hostd.toml", 0o666)
        try host.start()
        #expect(try host.waitReady("sleeper") == pid)
        let condition = try #require(try host.status().conditions.first { $0.kind == "config" })
        #expect(condition.level == "critical")
        #expect(condition.reason.contains("/hostd.toml can be written by others"))
    }
}
