// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// docs/openapi.yaml describes the control API, and a real hostd is held to it (Fixtures/control_contract.py).
@Suite struct ControlContractTests {
    private static let repository = #filePath.replacing("/Tests/EndToEndTests/ControlContractTests.swift", with: "")

    @Test func theServerAndItsDescriptionSayTheSame() throws {
        let port = try FreePort.take()
        let host = try HostUnderTest(
            """
            [control]
            listen = "127.0.0.1:\(port)"

            [network]
            probes = [{ name = "nobody", tcp = "127.0.0.1:\(try TinyServer.closedPort())", interval = "100ms" }]

            [service.steady]
            command = "echo hello; exec sleep 1000"
            live = { exec = ["true"], interval = "100ms" }

            [service.broken]
            command = "exit 3"

            """)
        try host.start()
        try host.waitReady("steady")
        try waitUntil("a probe and a failure") {
            try host.status("steady").health["live"]?.ok != nil && host.status("broken").lastCrash != nil
        }
        let script = Self.repository + "/Tests/EndToEndTests/Fixtures/control_contract.py"
        let result = try host.run(
            at: "/usr/bin/python3",
            [
                script, Self.repository + "/docs/openapi.yaml", host.dir + "/run/hostd.sock", "\(port)",
                host.dir + "/state/token",
            ])
        #expect(result.status == 0, "\(result.output)")
    }
}
