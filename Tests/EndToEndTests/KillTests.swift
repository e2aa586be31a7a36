// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLaunch
import HostLinux
import HostWire
import TestKit
import Testing

/// kill -9 of hostd, of the logger and of both: no child is touched and no line is lost.
@Suite struct KillTests {
    enum Victim: String, CaseIterable {
        case hostd, logger, both
    }

    @Test(arguments: Victim.allCases)
    func fiftyKillsUnderOutputLoseNoLineAndChangeNoPid(victim: Victim) throws {
        let count = 1_000_000_000
        let gateway = try Gateway(
            "--lines=\(count)", "--rate=20000", "--line-bytes=100", keys: "log = { max_size = \"2MiB\", keep = 900 }")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let pid = try host.waitReady("gateway")
        for round in 0..<50 {
            let before = try host.logSize("gateway")
            // A moment that differs from round to round, measured in output.
            try waitUntil("output to go on", seconds: 60) { try host.logSize("gateway") > before + round * 997 }
            if victim != .hostd, let logger = host.loggerPid {
                kill(logger, SIGKILL)
            }
            if victim != .logger {
                host.kill()
                try host.start()
            }
            #expect(try host.status("gateway").pid == pid)
        }
        let status = try host.status("gateway")
        #expect(status.pid == pid)
        #expect(status.restarts == 0)
        #expect(try host.act("stop", "gateway").ok)
        try waitUntil("its folder to go") { host.instanceFolders().isEmpty }
        try expectNumberedLines(try host.logged("gateway"), atLeast: 50)
    }

    @Test func aChildThatWritesAndExitsWhileTheLoggerIsAwayLosesNothing() throws {
        let gateway = try Gateway(
            "--lines=3000", "--exit-after=1500", "--exit=0", keys: "restart = { policy = \"on-failure\" }")
        let host = try HostUnderTest(gateway.section(probes: false))
        // No logger at all: its lock is held by us, so that each one that hostd starts ends at once.
        try Files.makeFolder(host.dir + "/run")
        var lock: Descriptor? = try Descriptor(opening: host.dir + "/run/logger.lock", O_RDWR | O_CREAT)
        #expect(try lock?.tryLock() == true)
        try host.start()
        try host.wait("gateway", for: "stopped") { $0.lastExit?.code == 0 }
        #expect(!Files.exists(host.dir + "/log/gateway/current"))
        lock = nil
        try waitUntil("its output to be saved", seconds: 30) { host.instanceFolders().isEmpty }
        try expectNumberedLines(try host.logged("gateway"), exactly: 3000)
        _ = lock
    }

    @Test func anExitWhileHostdIsAwayIsKnownWithItsTrueStatus() throws {
        let gateway = try Gateway("--exit-after=2000", "--exit=3", "--last-line=I was alone")
        let host = try HostUnderTest(gateway.section() + "restart = { backoff = \"60s\", max_backoff = \"60s\" }\n")
        try host.start()
        let pid = try host.wait("gateway", for: "ready", "starting", "running", where: { $0.pid != nil }).pid ?? 0
        host.kill()
        try waitUntil("the gateway to exit") { !Living.contains(pid) }
        try host.start()
        let status = try host.wait("gateway", for: "backoff") { $0.reason.contains("last line") }
        #expect(status.lastExit?.code == 3)
        #expect(status.reason.contains("last line: I was alone"))
    }
}

/// Checks that `text` is line 1, line 2, … in order, none missing, doubled or torn.
func expectNumberedLines(_ text: String, atLeast: Int = 1, exactly: Int? = nil) throws {
    var next = 1
    for line in text.split(separator: "\n") where line.hasPrefix("line ") || !line.hasPrefix("{") {
        let number = line.dropFirst(5).prefix { $0.isNumber }
        guard line.hasPrefix("line "), Int(number) == next else {
            Issue.record("line \(next) is missing or torn: \(line.prefix(120))")
            return
        }
        next += 1
    }
    #expect(next > atLeast)
    if let exactly { #expect(next - 1 == exactly) }
}

extension HostUnderTest {
    /// About how much a service has written whose files are rotated at 2 MiB.
    func logSize(_ name: String) throws -> Int {
        let folder = "\(dir)/log/\(name)"
        let rotated = try LogContent.rotated(folder).count
        // A file may be renamed between the list and the look.
        return rotated << 21 + ((try? Descriptor(opening: folder + "/current", O_RDONLY).size()) ?? 0)
    }
}
