// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Looking and changing are different rights, decided by the kernel's word on the peer.
@Suite(.enabled(if: getuid() == 0, "needs root to ask as others")) struct RightsTests {
    private static let groups = "[control]\nadmin_group = \"adm\"\nread_group = \"daemon\"\n"
    private static let sleeper = "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n"

    /// hostctl as nobody, with these groups; a keeper in probe mode changes the identity.
    private func hostctl(
        _ host: HostUnderTest, groups: String, _ arguments: String...
    ) throws -> (status: Int32, output: String) {
        try hostctl(host, groups: groups, arguments)
    }

    private func hostctl(
        _ host: HostUnderTest, groups: String, _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
        // What is asked as another user has to be reachable for that user.
        chmod(host.dir, 0o711)
        let program = host.dir + "/hostctl"
        if !Files.exists(program) {
            try Files.replace(program, with: try Files.read(Programs.path("hostctl"), limit: 256 << 20), mode: 0o755)
        }
        let identity = ["--uid", "65534", "--gid", "65534", "--groups", groups]
        return try host.run(
            "hostd-keeper",
            ["--probe", "--timeout-ms", "60000"] + identity + ["--", program, "--dir", host.dir] + arguments)
    }

    private func gid(_ name: String) throws -> String { "\(try #require(Users.groupID(name)))" }

    @Test func membersOfTheReadGroupMayLookAndNotChange() throws {
        let host = try HostUnderTest(Self.groups + Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        #expect(try hostctl(host, groups: try gid("daemon"), "status").status == 0)
        let refused = try hostctl(host, groups: try gid("daemon"), "stop", "sleeper")
        #expect(refused.status == 77)
        #expect(refused.output.contains("uid 65534 may look but not change"))
        for verb in [
            ["signal", "sleeper", "HUP"], ["reset", "sleeper"], ["stop", "all"], ["stop", "s*", "sleeper"],
        ] {
            let result = try hostctl(host, groups: try gid("daemon"), verb)
            #expect(result.status == 77 && result.output.contains("may look but not change"), "\(result)")
        }
        #expect(try host.status("sleeper").pid == pid)
        #expect(host.said.contains("refused to uid 65534, pid "))
    }

    @Test func refusalsAreToldButNotAsOftenAsSomebodyAsks() throws {
        let host = try HostUnderTest(Self.groups + Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        for _ in 0..<8 {
            #expect(try hostctl(host, groups: try gid("daemon"), "stop", "sleeper").status == 77)
        }
        try waitUntil("the refusals in history") { try host.events().contains { $0.kind == "host.refused" } }
        let lines = host.said.split(separator: "\n").filter { $0.contains("refused to uid 65534, pid ") }
        #expect(lines.count == 5)
        #expect(lines.allSatisfy { $0.hasSuffix("POST /v1/services/sleeper/stop: may look but not change") })
        try waitUntil("their count") {
            try host.events().filter { $0.kind == "host.refused" }.reduce(0) { $0 + $1.count } == 5
        }
    }

    @Test func membersOfTheAdminGroupMayChange() throws {
        let host = try HostUnderTest(Self.groups + Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        #expect(try hostctl(host, groups: try gid("adm"), "stop", "sleeper").status == 0)
        #expect(try host.status("sleeper").state == "stopped")
    }

    @Test func allOthersMayNothing() throws {
        let host = try HostUnderTest(Self.groups + Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        #expect(try hostctl(host, groups: "", "status").status == 77)
        let closed = try HostUnderTest(Self.sleeper)
        try closed.start()
        #expect(try hostctl(closed, groups: try gid("adm"), "status").status == 77)
    }

    @Test func aGroupThatDoesNotExistIsShown() throws {
        let host = try HostUnderTest("[control]\nread_group = \"no-such-group\"\n" + Self.sleeper)
        try host.start()
        try host.waitReady("sleeper")
        let condition = try #require(try host.status().conditions.first { $0.kind == "config" })
        #expect(condition.reason == "control.read_group: group \"no-such-group\" does not exist")
    }
}
