// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Each preset with a stand-in that behaves as its program does (Fixtures/programs.mjs).
@Suite struct PresetTests {
    // MARK: - openclaw-gateway

    @Test func theOpenClawGatewayIsStartedUnderItsContractAndDrained() throws {
        let stand = try StandIn("openclaw", preset: "openclaw-gateway", variables: ["STAND_IN_DRAIN": "1500"])
        try stand.host.start()
        let pid = try stand.host.waitReady("it")
        #expect(try stand.log().hasPrefix("\(pid) start mode=external repair=external\n"))
        let health = try stand.host.status("it").health
        #expect(Set(health.keys) == ["startup", "live", "ready"])
        #expect(try stand.host.act("stop", "it").state == "stopped")
        #expect(try stand.log().contains("\(pid) SIGTERM\n\(pid) exit 0\n"), "it was asked once, and waited for")
        #expect(try stand.host.status("it").lastExit?.code == 0)
    }

    @Test func anOlderGatewayWithoutStartupzIsNotHeldUp() throws {
        let stand = try StandIn("openclaw", preset: "openclaw-gateway", variables: ["STAND_IN_OLD": "1"])
        try stand.host.start()
        try stand.host.waitReady("it")
    }

    @Test func aBrokenChannelIsShownAndNoReasonToRestart() throws {
        let stand = try StandIn(
            "openclaw", preset: "openclaw-gateway", variables: ["STAND_IN_MUTE": "1"],
            keys: "ready = { interval = \"100ms\" }")
        try stand.host.start()
        let status = try stand.host.wait("it", for: "running") { $0.health["ready"]?.ok == false }
        #expect(status.restarts == 0)
        #expect(status.reason.contains("503"))
    }

    @Test func aConfigurationThatAPersonHasToMendHoldsTheGateway() throws {
        let stand = try StandIn("openclaw", preset: "openclaw-gateway", variables: ["STAND_IN_CONFIG": "bad"])
        try stand.host.start()
        #expect(try stand.host.wait("it", for: "held").reason.contains("exit 78"))
    }

    @Test func aGatewayThatHandsOverIsStartedAgain() throws {
        let stand = try StandIn(
            "openclaw", preset: "openclaw-gateway", keys: "restart = { backoff = \"100ms\", jitter = \"0%\" }")
        try stand.host.start()
        let first = try stand.host.waitReady("it")
        _ = try Loopback.request("POST", port: stand.port, "/restart")
        let second = try stand.host.waitReady("it", notPid: first)
        #expect(second != first)
        #expect(try stand.host.events("it").contains { $0.kind == "service.exited" && $0.reason.contains("exit 0") })
    }

    @Test func aGatewayThatCrashesAtItsStartIsNotStartedAgainSoon() throws {
        let stand = try StandIn("openclaw", preset: "openclaw-gateway")
        try stand.host.start()
        kill(try stand.host.waitReady("it"), SIGKILL)
        let status = try stand.host.wait("it", for: "backoff")
        let next = try #require(status.nextAttemptAt)
        #expect(next.milliseconds - status.since.milliseconds >= 103_000, "its breaker counts starts in 5 minutes")
    }

    // MARK: - litellm

    @Test func litellmFinishesItsStreamsAndDiesOfTheSignal() throws {
        let stand = try StandIn("litellm", preset: "litellm", keys: "")
        try stand.host.start()
        let pid = try stand.host.waitReady("it")
        let stream = try stand.openStream()
        #expect(try stand.host.request("POST", "/v1/services/it/stop?wait=false").status < 300)
        #expect(try stream.rest().hasSuffix("last\n") == true, "an open stream ends in peace")
        let status = try stand.host.wait("it", for: "stopped")
        #expect(status.lastExit?.signal == SIGTERM)
        #expect(try stand.log().hasSuffix("\(pid) SIGTERM\n\(pid) drained\n"))
        #expect(try !stand.log().contains("paid call"))
    }

    @Test func litellmThatIsTerminatedByOthersComesBack() throws {
        let stand = try StandIn("litellm", preset: "litellm")
        try stand.host.start()
        let first = try stand.host.waitReady("it")
        kill(first, SIGTERM)
        #expect(try stand.host.waitReady("it", notPid: first) != first)
    }

    // MARK: - The others

    @Test func hermesIsStoppedBySigintAndStartedAgainWhenItAsks() throws {
        let stand = try StandIn("hermes", preset: "hermes-gateway")
        try stand.host.start()
        let first = try stand.host.waitReady("it")
        try waitUntil("hermes to listen to signals") { (try? stand.log().contains("\(first) start")) == true }
        kill(first, SIGUSR1)
        let second = try stand.host.waitReady("it", notPid: first)
        #expect(try stand.log().contains("\(first) exit 75\n"))
        try waitUntil("hermes to listen to signals") { (try? stand.log().contains("\(second) start")) == true }
        #expect(try stand.host.act("stop", "it").state == "stopped")
        #expect(try stand.host.status("it").lastExit?.code == 0, "SIGTERM would have ended it with 1")
    }

    @Test func nanobotIsReadyByItsHealth() throws {
        let stand = try StandIn("nanobot", preset: "nanobot-gateway")
        try stand.host.start()
        let pid = try stand.host.waitReady("it")
        #expect(try stand.host.act("stop", "it").state == "stopped")
        #expect(try stand.log().hasSuffix("\(pid) SIGTERM\n\(pid) exit 0\n"))
    }

    @Test func theNodeBehindNpmIsAskedToStopToo() throws {
        var gateway = try Gateway(keys: "preset = \"generic-node\"")
        gateway.isNpmLike = true
        let folder = try TemporaryFolder()
        gateway.modes.append("--report=\(folder.path)/report")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        try host.waitReady("gateway")
        #expect(try host.act("stop", "gateway").state == "stopped")
        let report = try Files.readText(folder.path + "/report")
        #expect(report.contains("\"signal\":\"SIGTERM\""))
        #expect(report.contains("\"event\":\"exit\""), "by itself, not by SIGKILL")
    }

    @Test func anyServerOfHttpIsAliveAsLongAsItAnswers() throws {
        let gateway = try Gateway(
            keys: "preset = \"generic-http\"\nlive = { interval = \"100ms\", timeout = \"500ms\" }")
        let host = try HostUnderTest(gateway.section(probes: false))
        try host.start()
        let first = try host.waitReady("gateway")
        // It has nothing to say at "/".
        try host.wait("gateway", for: "ready") { $0.health["live"]?.ok == true }
        try gateway.tell("hang=yes")
        #expect(try host.waitReady("gateway", seconds: 60, notPid: first) != first)
    }
}
