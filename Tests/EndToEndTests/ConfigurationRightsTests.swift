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
