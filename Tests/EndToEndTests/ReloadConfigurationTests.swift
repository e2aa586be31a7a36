// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// A new configuration while services run.
@Suite struct ReloadConfigurationTests {
    private static func service(_ number: Int, _ argument: Int = 1000) -> String {
        "[service.s\(number)]\ncommand = [\"sleep\", \"\(argument)\"]\n"
    }

    private static let ten = (0..<10).map { service($0) }.joined()

    private func reload(_ host: HostUnderTest) throws -> ReloadAnswer {
        try ReloadAnswer(json: try host.json("POST", "/v1/reload"))
    }

    private func pids(_ host: HostUnderTest) throws -> [String: Int32] {
        Dictionary(
            uniqueKeysWithValues: try host.status().services.compactMap { service in
                service.pid.map { (service.name, $0) }
            })
    }

    @Test func ofTenServicesTheOneThatChangedIsRestarted() throws {
        let host = try HostUnderTest(Self.ten)
        try host.start()
        for number in 0..<10 { try host.waitReady("s\(number)") }
        let before = try pids(host)
        try host.configure((0..<10).map { Self.service($0, $0 == 4 ? 2000 : 1000) }.joined())
        let plan = try ReloadAnswer(json: try host.json("GET", "/v1/plan"))
        #expect(plan.changes.map(\.service) == ["s4"])
        #expect(plan.changes.first?.action == "restart")
        #expect(plan.changes.first?.keys == ["command"])
        #expect(try reload(host).changes == plan.changes)
        let new = try host.waitReady("s4", notPid: before["s4"])
        var after = try pids(host)
        #expect(after["s4"] == new)
        after["s4"] = before["s4"]
        #expect(after == before, "the other nine were not touched")
        #expect(try reload(host).changes.isEmpty)
    }

    @Test func aSignalDoesTheSame() throws {
        let host = try HostUnderTest(Self.service(1))
        try host.start()
        let pid = try host.waitReady("s1")
        try host.configure(Self.service(1, 2000))
        host.signal(SIGHUP)
        try host.waitReady("s1", notPid: pid)
    }

    @Test func servicesComeAndGoInOrder() throws {
        let host = try HostUnderTest(Self.service(1) + Self.service(2) + "after = [\"s1\"]\n")
        try host.start()
        try host.waitReady("s2")
        try host.configure(Self.service(3))
        let changes = try reload(host).changes.map { "\($0.action) \($0.service)" }
        #expect(Set(changes) == ["stop s1", "stop s2", "start s3"])
        try host.waitReady("s3")
        try waitUntil("the old ones to be forgotten") { try host.status().services.map(\.name) == ["s3"] }
        let ends = try host.events().filter { $0.kind == "service.stopped" }.compactMap(\.service)
        #expect(ends == ["s2", "s1"])
    }

    @Test func whatAPersonStoppedStaysDownThroughReloadsThatTakeItOutAndIn() throws {
        let host = try HostUnderTest(Self.service(1) + Self.service(2))
        try host.start()
        try host.waitReady("s1")
        _ = try host.act("stop", "s1")
        try host.configure(Self.service(2))
        _ = try reload(host)
        try waitUntil("s1 to be forgotten") { try host.status().services.count == 1 }
        try host.configure(Self.service(1) + Self.service(2))
        _ = try reload(host)
        let status = try host.wait("s1", for: "stopped") { $0.reason.contains("person") }
        #expect(status.pid == nil)
    }

    @Test func anErrorInTheFilesChangesNothing() throws {
        let host = try HostUnderTest(Self.ten)
        try host.start()
        for number in 0..<10 { try host.waitReady("s\(number)") }
        let before = try pids(host)
        try host.configure(Self.service(1, 2000) + "[service.s1]\ncomand = \"x\"\n")
        let answer = try reload(host)
        #expect(!answer.ok && answer.changes.isEmpty)
        #expect(answer.errors.first?.contains("hostd.toml:") == true)
        #expect(try pids(host) == before)
        #expect(try host.status().conditions.contains { $0.kind == "config" && $0.level == "critical" })
        try host.configure(Self.ten)
        #expect(try reload(host).ok)
        #expect(try !host.status().conditions.contains { $0.kind == "config" && $0.level != "ok" })
    }

    @Test func whatRunsWithAnEarlierConfigurationIsKnownOverTheEndOfHostd() throws {
        let host = try HostUnderTest(Self.service(1))
        try host.start()
        let pid = try host.waitReady("s1")
        host.kill()
        try host.configure(Self.service(1, 2000))
        try host.start()
        #expect(try host.waitReady("s1") == pid, "a start of hostd disturbs nobody")
        #expect(try reload(host).changes.map(\.action) == ["restart"])
        try host.waitReady("s1", notPid: pid)
    }

    @Test func aThousandReloadsLeaveNothingBehind() throws {
        let host = try HostUnderTest(Self.ten)
        try host.start()
        for number in 0..<10 { try host.waitReady("s\(number)") }
        let texts = [2000, 1000].map { seconds in
            (1..<10).map { Self.service($0) }.joined() + Self.service(0)
                + "env = { ROUND = \"\(seconds)\" }\nautostart = false\n"
        }
        func round(_ count: Int) throws {
            for number in 0..<count {
                try host.configure(texts[number % 2])
                #expect(try reload(host).ok)
            }
            try host.waitReady("s0")
        }
        _ = try host.act("stop", "s1")
        try round(100)
        let descriptors = try Files.list("/proc/\(host.pid)/fd").count
        let before = try Self.privateKilobytes(of: host.pid)
        try round(900)
        #expect(try Files.list("/proc/\(host.pid)/fd").count <= descriptors + 8)
        // A hundred bytes for each reload would be 90 kB; the heap itself moves by more than that.
        let grown = try Self.privateKilobytes(of: host.pid) - before
        #expect(grown < 2048, "grew by \(grown) kB")
    }

    private static func privateKilobytes(of pid: Int32) throws -> Int {
        let text = try Files.readText("/proc/\(pid)/smaps_rollup", limit: 65536)
        let line = text.split(separator: "\n").first { $0.hasPrefix("Private_Dirty:") } ?? ""
        return Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0
    }
}
