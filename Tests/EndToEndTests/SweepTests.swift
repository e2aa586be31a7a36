// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `hostd --sweep`: what is left of a hostd that was killed and is to stay down.
@Suite struct SweepTests {
    private static let two = """
        [service.first]
        command = ["sleep", "1000"]
        [service.second]
        command = "trap 'echo asked to end; exit 0' TERM; while :; do sleep 1 & wait; done"
        after = ["first"]

        """

    @Test func aSweepEndsInOrderWhatAKilledHostdLeft() throws {
        let host = try HostUnderTest(Self.two)
        try host.start()
        let pids = [try host.waitReady("first"), try host.waitReady("second")]
        host.kill()
        let result = try host.sweep()
        #expect(result.status == 0)
        #expect(pids.filter(Living.contains) == [])
        #expect(host.instanceFolders().isEmpty)
        #expect(host.loggerPid == nil)
        #expect(try host.logged("second").hasSuffix("asked to end\n"), "with its grace")
        let asked = try #require(result.output.firstRange(of: "second: stopped"))
        let late = try #require(result.output.firstRange(of: "first: stopping"))
        #expect(asked.lowerBound < late.lowerBound)
    }

    @Test func aSweepRefusesWhileHostdRuns() throws {
        let host = try HostUnderTest(Self.two)
        try host.start()
        let pid = try host.waitReady("second")
        let result = try host.sweep()
        #expect(result.status == 1)
        #expect(result.output.contains("which hostd with pid \(host.pid) has"))
        #expect(try host.waitReady("second") == pid)
    }

    @Test func aSweepLeavesWhatIsToOutliveHostd() throws {
        let host = try HostUnderTest("[host]\nstop_with_hostd = false\n" + Self.two)
        try host.start()
        let pid = try host.waitReady("second")
        host.kill()
        #expect(try host.sweep().status == 0)
        #expect(Living.contains(pid))
        #expect(try host.sweep("--sweep-all").status == 0)
        #expect(!Living.contains(pid), "unless nothing is to be left")
    }

    @Test func aSweepStartsNothing() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [service.counter]
            command = "echo started >> \(host.dir)/starts; exec sleep 1000"
            [service.new]
            command = "echo new >> \(host.dir)/starts; exec sleep 1000"
            autostart = false
            """)
        try host.start()
        try host.waitReady("counter")
        host.kill()
        try host.configure(try Files.readText(host.dir + "/hostd.toml").replacing("autostart = false", with: ""))
        #expect(try host.sweep().status == 0)
        #expect(try Files.readText(host.dir + "/starts") == "started\n")
    }
}

extension HostUnderTest {
    /// Runs `hostd --sweep` in the same boot.
    fileprivate func sweep(_ option: String = "--sweep") throws -> (status: Int32, output: String) {
        try run("hostd", [option, "--dir", dir], environment: ["HOSTD_EPOCH=test-\(epoch)"])
    }
}

/// A logger that is a unit of its own: HOSTD_LOGGER=unit.
@Suite struct LoggerUnitTests {
    @Test func hostdWaitsForALoggerThatIsAUnit() throws {
        let host = try HostUnderTest(
            "[service.teller]\ncommand = \"echo told; exec sleep 1000\"\n", environment: ["HOSTD_LOGGER": "unit"])
        try host.start()
        try host.waitReady("teller")
        let process = try Processes.spawn(
            Programs.path("hostd-logger"), ["--wait", "--run", host.dir + "/run", "--log", host.dir + "/log"])
        let pid = process.pid
        let pidfd = process.takeDescriptor()
        try waitUntil("its output") { (try? host.logged("teller")) == "told\n" }
        #expect(host.loggerPid == pid)
        #expect(try host.stop() == 0)
        let raw = pidfd.raw
        var status: Int32 = 0
        try waitUntil("the logger to end") { chost_pidfd_reap(raw, &status) != 0 }
        #expect(status == 0)
    }

    @Test func withoutThatUnitHostdStartsALoggerItself() throws {
        let host = try HostUnderTest(
            "[service.teller]\ncommand = \"echo told; exec sleep 1000\"\n", environment: ["HOSTD_LOGGER": "unit"])
        try host.start()
        try waitUntil("its output") { (try? host.logged("teller")) == "told\n" }
        #expect(host.said.contains("no hostd-logger answers for 5 s; hostd starts one of its own"))
    }
}
