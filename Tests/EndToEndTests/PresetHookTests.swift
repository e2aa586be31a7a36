// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// The hooks of presets, at work.
@Suite struct PresetHookTests {
    @Test func whatAGatewayHandsOverIsTakenUp() throws {
        let stand = try StandIn(
            "openclaw", preset: "openclaw-gateway", keys: "restart = { backoff = \"100ms\", jitter = \"0%\" }")
        try stand.host.start()
        let first = try stand.host.waitReady("it")
        _ = try Loopback.request("POST", port: stand.port, "/restart")
        try stand.host.waitReady("it", notPid: first)
        let log = try stand.log()
        #expect(log.contains(" consumed accepted\n"), "\(log)")
    }

    @Test func nothingIsTakenUpAfterACrash() throws {
        let stand = try StandIn(
            "openclaw", preset: "openclaw-gateway", keys: "restart = { backoff = \"100ms\", jitter = \"0%\" }")
        try stand.host.start()
        let first = try stand.host.waitReady("it")
        kill(first, SIGKILL)
        try stand.host.waitReady("it", notPid: first)
        let log = try stand.log()
        #expect(!log.contains("consumed"))
    }

    @Test func theGatewayIsNotStartedBesideANativeUnit() throws {
        let stand = try StandIn("openclaw", preset: "openclaw-gateway")
        try stand.add("systemctl", "#!/bin/sh\n[ \"$2\" = is-active ] && echo active || echo enabled\n")
        try stand.host.start()
        try waitUntil("the refusal to be in the log") {
            (try? stand.host.logged("it"))?.contains("two supervisors would fight over this Gateway") == true
        }
        #expect(try stand.host.status("it").pid == nil)
        let log = try? stand.log()
        #expect(log == nil, "the Gateway itself never ran")
    }
}
