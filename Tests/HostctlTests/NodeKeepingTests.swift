// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl node verify` and `hostctl node remove`
@Suite(.enabled(if: Nodes.areThere, "tools/deps test fetches the Nodes")) struct NodeKeepingTests {
    private let host: MirroredHost
    private let release: NodeRelease
    private var version: String { String(release.tag.dropFirst()) }
    private var binary: String { "\(host.store)/\(release.tag)/bin/node" }

    init() throws {
        release = try NodeRelease.real(22)
        host = try MirroredHost()
        try host.mirror.offer(release, suffix: ".gz")
        let result = try host.run("install", version)
        try #require(result.code == 0, "\(result.err)")
    }

    @Test func everythingThatIsAsItWasIsFine() throws {
        let hash = try SHA256.hex(of: try Descriptor(opening: binary, Descriptor.readingOnly))
        try host.lock(version, abi: "127", path: binary, sha256: hash)
        let result = try host.run("verify")
        #expect(result.code == 0)
        #expect(
            result.out == """
                ok       \(release.tag)  \(host.store)/\(release.tag)  as it was installed
                ok       \(release.tag)  \(binary)  as \(host.folder.path)/node.lock has it for "22"

                """)
    }

    @Test func aByteThatHasChangedIsFoundInStoreAndLockAndInstallingRepairsIt() throws {
        let hash = try SHA256.hex(of: try Descriptor(opening: binary, Descriptor.readingOnly))
        try host.lock(version, abi: "127", path: binary, sha256: hash)
        try Files.setMode(binary, 0o755)
        let file = try Descriptor(opening: binary, O_RDWR)
        try [UInt8(0xff), 0xfe].withUnsafeBytes { bytes in try file.write(bytes, at: 9_000_000) }
        let result = try host.run("verify")
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(result.out.contains("damaged  \(release.tag)  \(host.store)/\(release.tag)  not as it was installed\n"))
        #expect(result.out.contains("         bin/node has changed\n"))
        #expect(result.out.contains("(pinned: \(hash))\n"))
        #expect(result.out.contains("(hostctl node install \(version) repairs it)"))
        let json = try JSON(parsing: Array(try host.run("verify", "--json").out.utf8))
        #expect(json["ok"] == .bool(false))
        #expect(json["nodes"]?.elements?.first?["problems"] == ["bin/node has changed"])
        #expect(try host.run("install", version).code == 0)
        #expect(try host.run("verify").code == 0)
    }

    @Test func whatIsLockedAndGoneIsFound() throws {
        try host.lock("20.1.0", abi: "115", path: host.folder.path + "/gone/bin/node")
        let result = try host.run("verify")
        #expect(result.code == ExitCode.failed.rawValue)
        #expect(result.out.contains("damaged  v20.1.0") && result.out.contains("(hostctl node pin repairs it)"))
    }

    @Test func aNodeThatNobodyUsesIsRemoved() throws {
        let result = try host.run("remove", version)
        #expect(result.out == "\(release.tag) is removed from \(host.store)\n" && result.code == 0)
        #expect(!Files.exists("\(host.store)/\(release.tag)"))
        #expect(try host.run("verify").out.hasPrefix("no Node is installed in \(host.store)"))
    }

    @Test func whoeverUsesANodeIsNamedAndItStays() throws {
        try host.lock(version, abi: "127", path: binary)
        try host.configure(
            keys: "version = \"\(version)\"", services: "[service.web]\ncommand = [\"x\"]\nnode = \"\(version)\"\n")
        let process = try Processes.spawn(
            binary, ["-e", "setInterval(() => {}, 1e6)"], environment: ["HOSTD_SERVICE=gateway"])
        let pid = process.pid
        defer {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        // The kernel shows its environment a moment after it was started.
        try waitUntil("the environment of Node", seconds: 60) {
            try !Files.read("/proc/\(pid)/environ").isEmpty
        }
        let result = try host.run("remove", release.tag)
        #expect(result.code == ExitCode.failed.rawValue)
        let name = Processes.name(of: pid)
        #expect(
            result.err == "hostctl: \(release.tag) stays: gateway, pid \(pid) (\(name)) runs on it; "
                + "\(host.folder.path)/node.lock has it for \"22\"; node.version names it; "
                + "service web is pinned to it\n")
        #expect(Files.exists(binary))
    }
}
