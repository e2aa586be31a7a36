// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// A real Node gateway, kept running.
@Suite struct GatewayTests {
    @Test func killingTheGatewayBringsBackAReadyOne() throws {
        let host = try HostUnderTest(try Gateway().section())
        try host.start()
        let first = try host.waitReady("gateway")
        kill(first, SIGKILL)
        let second = try host.waitReady("gateway", notPid: first)
        #expect(second != first)
        let status = try host.status("gateway")
        #expect(status.restarts == 1)
        #expect(status.lastExit?.signal == SIGKILL)
        #expect(status.lastExit?.code == nil)
        #expect(try host.stop() == 0)
        #expect(!Living.contains(second))
    }

    @Test func aHungGatewayWhosePortStillAcceptsIsRestartedByItsLiveProbe() throws {
        let gateway = try Gateway()
        let host = try HostUnderTest(gateway.section() + "stop = { grace = \"1s\" }\n")
        try host.start()
        let first = try host.waitReady("gateway")
        try gateway.tell("hang=yes")
        try host.wait("gateway", for: "unhealthy")
        let second = try host.waitReady("gateway", notPid: first)
        #expect(second != first)
        #expect(!Living.contains(first))
        let unhealthy = try host.events("gateway").last { $0.kind == "service.unhealthy" }
        #expect(unhealthy?.reason.contains("live probe: no answer in 1 s") == true)
    }

    @Test func aGatewayThatNeedsAMinuteToStartIsNotKilled() throws {
        let host = try HostUnderTest(try Gateway("--start-after=60000").section())
        try host.start()
        let pid = try host.wait("gateway", for: "starting", where: { $0.pid != nil }).pid ?? 0
        #expect(try host.waitReady("gateway", seconds: 120) == pid)
        #expect(try host.status("gateway").restarts == 0)
    }

    @Test func aStartThatReportsProgressMayGoBeyondItsDeadline() throws {
        let gateway = try Gateway("--start-after=6000", "--progress=yes")
        let section = gateway.section().replacing("timeout = \"2s\"", with: "timeout = \"2s\", deadline = \"2s\"")
        let host = try HostUnderTest(section)
        try host.start()
        let pid = try host.wait("gateway", for: "starting", where: { $0.pid != nil }).pid ?? 0
        #expect(try host.waitReady("gateway") == pid)
        #expect(try host.events("gateway").contains { $0.kind == "service.progress" })
    }

    @Test func aStartWithoutProgressEndsAtItsDeadline() throws {
        let gateway = try Gateway("--start-after=600000")
        let section = gateway.section().replacing("timeout = \"2s\"", with: "timeout = \"2s\", deadline = \"2s\"")
        let host = try HostUnderTest(section)
        try host.start()
        let status = try host.wait("gateway", for: "backoff", "looping", "starting") { $0.restarts > 0 }
        #expect(status.restarts > 0)
        let stopping = try host.events("gateway").first { $0.kind == "service.stopping" }
        #expect(stopping?.reason.hasPrefix("not started after 2") == true, "\(String(describing: stopping))")
    }

    @Test func exit78IsHeldWithAnExplanation() throws {
        let gateway = try Gateway("--exit=78", "--last-line=gateway.mode is not set")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let status = try host.wait("gateway", for: "held") { $0.reason.contains("gateway.mode") }
        #expect(status.restarts == 0)
        #expect(status.pid == nil)
        #expect(status.lastExit?.code == 78)
        #expect(status.reason.contains("restart.hold_on_exit"))
        #expect(status.reason.contains("exit 78"))
    }

    @Test func aTakenPortIsWaitedForAndItsHolderIsNamed() throws {
        let gateway = try Gateway()
        var taken: Descriptor? = try FreePort.listen(on: gateway.port)
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let status = try host.wait("gateway", for: "waiting") { $0.reason.contains("is held by") }
        #expect(status.reason.hasPrefix("port \(gateway.port) is held by pid \(getpid()) ("))
        #expect(status.restarts == 0)
        taken = nil
        try host.waitReady("gateway")
        _ = taken
    }

    @Test func aReadyProbeThatFailsIsReportedAndNothingMore() throws {
        let gateway = try Gateway()
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let pid = try host.waitReady("gateway")
        try gateway.tell("ready=no")
        let status = try host.wait("gateway", for: "running")
        #expect(!status.ready)
        #expect(status.pid == pid)
        #expect(status.health["ready"]?.seen.hasPrefix("503") == true)
        try gateway.tell("ready=yes")
        #expect(try host.waitReady("gateway") == pid)
    }

    @Test func aGatewayThatIgnoresSIGTERMIsKilledWhenItsGraceIsOver() throws {
        let gateway = try Gateway("--ignore=SIGTERM")
        let host = try HostUnderTest(gateway.section() + "stop = { grace = \"500ms\" }\n")
        try host.start()
        let pid = try host.waitReady("gateway")
        let outcome = try host.act("stop", "gateway")
        #expect(outcome.ok)
        #expect(outcome.state == "stopped")
        #expect(!Living.contains(pid))
        #expect(try host.status("gateway").lastExit?.signal == SIGKILL)
    }
}

extension Gateway {
    /// Tells the running gateway something.
    func tell(_ mode: String) throws {
        _ = try Loopback.request("POST", port: port, "/control?\(mode)")
    }
}
