// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// Services on real Nodes that were pinned, and what becomes of the pins.
@Suite(.serialized, .enabled(if: Nodes.areThere)) struct NodePinTests {
    private static let program = """
        console.log(process.version, process.execPath, process.env.HOSTD_NODE, process.env.PATH.split(':')[0]);
        setInterval(() => {}, 1000);
        """
    private static let seconds = 120.0

    /// A host with Node 22 (a copy of its own, where the test changes it) and 24, and a service `a` on `version`.
    private func host(
        _ version: String = "22", _ lines: String = "command = [\"node\", \"main.mjs\"]", ownCopy: Bool = false
    ) throws -> HostUnderTest {
        let host = try HostUnderTest("")
        if ownCopy {
            try Nodes.install(22, at: host.dir + "/nodes/v22/bin/node")
        } else {
            try link(22, host)
        }
        try link(24, host)
        try Files.replace(host.dir + "/main.mjs", with: Self.program.utf8)
        try host.configure(
            """
            [node]
            version = "\(version)"
            roots = ["\(host.dir)/nodes"]
            [service.a]
            directory = "\(host.dir)"
            node = true
            restart = { backoff = "0s" }
            \(lines)
            """)
        return host
    }

    private func link(_ major: Int, _ host: HostUnderTest) throws {
        try Files.makeFolder("\(host.dir)/nodes/v\(major)/bin")
        try check("symlink") { symlink(Nodes.path(major), "\(host.dir)/nodes/v\(major)/bin/node") }
    }

    private func node(_ host: HostUnderTest, _ major: Int) throws -> String {
        try Files.realPath("\(host.dir)/nodes/v\(major)/bin/node")
    }

    private func pin(_ host: HostUnderTest, _ words: String...) throws {
        let answer = try host.run("hostctl", ["--dir", host.dir, "node", "pin"] + words)
        #expect(answer.status == 0, "\(answer.output)")
    }

    private func condition(_ host: HostUnderTest, _ level: String) throws -> ConditionStatus {
        try waitFor("condition node to be \(level)", seconds: Self.seconds) {
            try host.status().conditions.first { $0.kind == "node" && $0.level == level }
        }
    }

    @Test func aServiceRunsOnThePinnedNodeAndFindsItFirstInItsPath() throws {
        let host = try host()
        try pin(host)
        try host.start()
        try host.waitReady("a", seconds: Self.seconds)
        let path = try node(host, 22)
        try waitUntil("its words", seconds: Self.seconds) {
            try host.logged("a").hasSuffix("\(path) \(path) \(path.dropLast("/node".count))\n")
        }
        #expect(try host.logged("a").hasPrefix("v22."))
        let status = try host.status()
        #expect(status.node.pinned?.hasPrefix("22.") == true)
        #expect(status.node.path == path)
        #expect(status.node.ok)
        #expect(status.conditions.contains { $0.kind == "node" && $0.level == "ok" })
    }

    @Test func withoutAPinItWaitsAndGoesOnByItselfWhenThereIsOne() throws {
        let host = try host()
        try host.start()
        let waiting = try host.wait("a", for: "waiting", seconds: Self.seconds) { !$0.reason.isEmpty }
        #expect(waiting.reason == "22 is wanted, and no Node is pinned (hostctl node pin)")
        #expect(try !host.status().node.ok)
        try pin(host)
        try host.waitReady("a", seconds: Self.seconds)
        #expect(try host.status("a").restarts == 0, "a refusal is no failure")
        _ = try condition(host, "ok")
        #expect(try host.status().services.map(\.name) == ["a"], "the evidence of the condition has services as well")
    }

    @Test func aLockThatDisagreesWithTheConfigurationIsCritical() throws {
        let host = try host()
        try pin(host, "24")
        try host.start()
        let condition = try condition(host, "critical")
        #expect(condition.reason.contains("22 is wanted, and 24 (24."))
        try host.wait("a", for: "waiting", seconds: Self.seconds)
        try pin(host)
        try host.waitReady("a", seconds: Self.seconds)
        _ = try self.condition(host, "ok")
    }

    @Test func aNodeThatIsSwappedUnderARunningServiceIsSeenAndTheNextStartRefused() throws {
        let host = try host(ownCopy: true)
        try pin(host)
        try host.start()
        let pid = try host.waitReady("a", seconds: Self.seconds)
        let path = try node(host, 22)
        try Nodes.install(24, at: path)
        let condition = try condition(host, "critical")
        #expect(condition.reason.contains("another stands there: 24."))
        #expect(condition.evidence["services"]?.elements?.first?["service"]?.text == "a")
        #expect(try host.status("a").pid == pid, "what runs is left alone")
        kill(pid, SIGKILL)
        let waiting = try host.wait("a", for: "waiting", seconds: Self.seconds) { $0.reason.contains("is pinned") }
        #expect(waiting.reason.contains("hostctl node install 22."))
        let crash = try host.crash(try host.waitCrash("a").id)
        #expect(crash.node["version"]?.text?.hasPrefix("22.") == true && crash.node["path"]?.text == path)
        try Nodes.install(22, at: path)
        try host.waitReady("a", seconds: Self.seconds, notPid: pid)
        _ = try self.condition(host, "ok")
    }

    @Test func aNodeThatIsReplacedByItsEqualIsAWarningUntilTheNextStart() throws {
        let host = try host(ownCopy: true)
        try pin(host)
        try host.start()
        let pid = try host.waitReady("a", seconds: Self.seconds)
        try Nodes.install(22, at: try node(host, 22))
        let condition = try condition(host, "warn")
        #expect(condition.reason.hasPrefix("a: runs on a file that was replaced or removed since"))
        #expect(try host.act("restart", "a").ok)
        try host.waitReady("a", seconds: Self.seconds, notPid: pid)
        _ = try self.condition(host, "ok")
    }

    @Test func aNodeThatIsRemovedUnderARunningServiceIsCritical() throws {
        let host = try host(ownCopy: true)
        try pin(host)
        try host.start()
        let pid = try host.waitReady("a", seconds: Self.seconds)
        let path = try node(host, 22)
        unlink(path)
        #expect(try condition(host, "critical").reason.contains("it is not there"))
        #expect(try host.status("a").pid == pid)
        try Nodes.install(22, at: path)
        #expect(try condition(host, "warn").reason.contains("was replaced or removed since"))
    }

    @Test func oneChangedByteIsRefused() throws {
        let host = try host(ownCopy: true)
        try pin(host)
        let path = try node(host, 22)
        let file = try Descriptor(opening: path, O_RDWR)
        let middle = off_t(try file.size() / 2)
        var byte: UInt8 = 0
        #expect(pread(file.raw, &byte, 1, middle) == 1)
        byte ^= 1
        #expect(pwrite(file.raw, &byte, 1, middle) == 1)
        try host.start()
        let waiting = try host.wait("a", for: "waiting", seconds: Self.seconds) { $0.reason.contains("another stands") }
        #expect(waiting.reason.contains("SHA-256"))
        byte ^= 1
        #expect(pwrite(file.raw, &byte, 1, middle) == 1)
        _ = consume file
        try host.waitReady("a", seconds: Self.seconds)
    }

    @Test func aNodeThatComesFirstInThePathOfTheConfigurationShadowsNothing() throws {
        let host = try host("22", "command = [\"node\", \"main.mjs\"]\nenv = { PATH = \"/nothing\" }")
        try host.configure(
            try Files.readText(host.dir + "/hostd.toml")
                .replacing("/nothing", with: "\(host.dir)/nodes/v24/bin:/usr/bin:/bin"))
        try pin(host)
        try host.start()
        try host.waitReady("a", seconds: Self.seconds)
        try waitUntil("its words", seconds: Self.seconds) { try host.logged("a").hasPrefix("v22.") }
    }

    @Test func aCommandThatNamesAnotherNodeIsRefused() throws {
        let host = try host("22", "command = [\"NODE24\", \"main.mjs\"]")
        let other = try node(host, 24)
        try host.configure(try Files.readText(host.dir + "/hostd.toml").replacing("NODE24", with: other))
        try pin(host)
        try host.start()
        let waiting = try host.wait("a", for: "waiting", seconds: Self.seconds) { $0.reason.contains("starts") }
        #expect(waiting.reason.contains("the command starts \(other)"))
    }

    @Test func eachServiceMayHaveAPinOfItsOwn() throws {
        let host = try host(
            "22",
            """
            command = ["node", "main.mjs"]
            before_start = [["node", "-p", "'hook on ' + process.version"]]
            [service.b]
            directory = "HERE"
            command = ["node", "main.mjs"]
            node = ".nvmrc"
            """)
        try host.configure(try Files.readText(host.dir + "/hostd.toml").replacing("HERE", with: host.dir))
        try Files.replace(host.dir + "/.nvmrc", with: "lts/krypton # ours\n".utf8)
        try pin(host)
        try host.start()
        try host.waitReady("a", seconds: Self.seconds)
        try host.waitReady("b", seconds: Self.seconds)
        try waitUntil("their words", seconds: Self.seconds) {
            let a = try host.logged("a").split(separator: "\n")
            let b = try host.logged("b")
            return a.count == 2 && a[0].hasPrefix("hook on v22.") && a[1].hasPrefix("v22.") && b.hasPrefix("v24.")
        }
        let pins = try host.json("GET", "/v1/node")
        #expect(pins["pins"]?.elements?.first?["spec"]?.text == host.dir + "/.nvmrc")
        #expect(pins["services"]?.elements?.count == 2)
    }

    @Test func enginesThatWantAnotherNodeAreSaidBeforeTheStart() throws {
        let host = try host()
        try Files.replace(host.dir + "/package.json", with: "{\"engines\": {\"node\": \">=24.16.0 <25\"}}".utf8)
        try pin(host)
        try host.start()
        try host.waitReady("a", seconds: Self.seconds)
        let event = try waitFor("the warning", seconds: Self.seconds) {
            try host.events("a").first { $0.kind == "service.engines" }
        }
        #expect(event.reason.contains("package.json wants Node >=24.16.0 <25 under engines, and 22."))
    }

    @Test func theListNamesWhatIsInstalledAndWhatIsPinned() throws {
        let host = try host()
        try pin(host)
        let list = try JSON(parsing: Array(try host.hostctl("node", "list", "--json").output.utf8))
        let nodes = try #require(list["nodes"]?.elements)
        #expect(nodes.map { $0["abi"]?.text } == ["137", "127"])
        #expect(nodes.map { $0["pinned_as"] } == [[], ["default"]])
        #expect(try host.hostctl("node", "list").output.contains("default"))
        #expect(try host.hostctl("node", "pin", "18").status == 1)
        #expect(try host.hostctl("node", "pin", "latest").status == 2)
    }
}
