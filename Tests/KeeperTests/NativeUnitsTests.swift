// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLaunch
import HostLinux
import TestKit
import Testing

/// Enabled units, in folders as systemd has them.
@Suite struct NativeUnitsTests {
    private static let patterns = ["openclaw-gateway*.service", "clawdbot-gateway.service"]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Files.makeFolder(folder.path + "/etc")
        let users =
            "root:x:0:0::/root:/bin/sh\nagent:x:1001:1001::/home/agent:/bin/sh\n"
            + "other:x:1002:1002::/home/other:/bin/sh\ndaemon:x:2:2::/home/daemon:/bin/sh\n"
        try Files.replace(folder.path + "/etc/passwd", with: users.utf8)
    }

    private func enable(_ unit: String, in place: String, _ wish: String = "default.target.wants", text: String = "")
        throws
    {
        let path = "\(folder.path)\(place)"
        try Files.makeFolder("\(path)/\(wish)")
        try Files.replace("\(path)/\(unit)", with: text.utf8)
        #expect(symlink("../\(unit)", "\(path)/\(wish)/\(unit)") == 0)
    }

    private func found(_ ports: [UInt16] = [18789]) throws -> [SystemdUnit] {
        let owner = try #require(Users.local(root: folder.path).first { $0.name == "agent" })
        return NativeUnits.enabled(Self.patterns, ports: ports, owner: owner, root: folder.path).map(\.unit)
    }

    @Test func thoseOfTheSystemAndOfTheServicesUserCount() throws {
        #expect(try found().isEmpty)
        try enable("openclaw-gateway.service", in: "/etc/systemd/system", "multi-user.target.wants")
        try enable("clawdbot-gateway.service", in: "/usr/lib/systemd/system", "graphical.target.requires")
        try enable("openclaw-gateway-work.service", in: "/home/agent/.config/systemd/user")
        try enable("openclaw-gateway.service", in: "/etc/systemd/user")
        try enable("something-else.service", in: "/etc/systemd/system")
        #expect(
            try found() == [
                SystemdUnit(name: "openclaw-gateway.service", manager: .system),
                SystemdUnit(name: "clawdbot-gateway.service", manager: .system),
                SystemdUnit(name: "openclaw-gateway.service", manager: .everyUser),
                SystemdUnit(name: "openclaw-gateway-work.service", manager: .user(1001)),
            ])
    }

    @Test func thoseOfAnotherUserCountWhereTheyNameThePort() throws {
        let text = "[Service]\nExecStart=openclaw gateway --port 18789\n"
        try enable("openclaw-gateway.service", in: "/home/other/.config/systemd/user", text: text)
        #expect(try found() == [SystemdUnit(name: "openclaw-gateway.service", manager: .user(1002))])
        #expect(try found([19001]).isEmpty)
        #expect(try found([1878]).isEmpty)
    }

    @Test func whatIsInstalledMaskedOrGoneIsNotEnabled() throws {
        let place = "/etc/systemd/system"
        try enable("openclaw-gateway.service", in: place)
        let path = "\(folder.path)\(place)/openclaw-gateway.service"
        try Files.remove(path)
        #expect(try found().isEmpty, "the unit is gone")
        #expect(symlink("/dev/null", path) == 0)
        #expect(try found().isEmpty, "it is masked")
        try Files.remove(path)
        try Files.replace(path, with: [])
        #expect(try found().count == 1)
        try Files.remove("\(folder.path)\(place)/default.target.wants/openclaw-gateway.service")
        #expect(try found().isEmpty, "it is installed and not enabled")
    }
}
