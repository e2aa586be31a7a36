// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

/// The memory of the host, as hostd sees it.
@Suite struct MemoryTests {
    @Test func theConditionHasTheKernelsFigures() throws {
        let host = try HostUnderTest(
            """
            [service.web]
            command = ["sleep", "1000"]
            needs = ["memory"]

            """)
        try host.start()
        try host.waitReady("web")
        let condition = try #require(try host.status().conditions.first { $0.kind == "memory" })
        #expect(condition.level == "ok" && condition.reason.isEmpty)
        let figures = HostFigures.readMemory()
        #expect(condition.evidence["total_bytes"] == JSON(figures.memoryBytes))
        #expect(condition.evidence["available_bytes"] != .null && condition.evidence["oom_kills"] != .null)
        let hasPressure = figures.pressure["memory"] != nil
        #expect(condition.evidence["watched"] == .string(hasPressure ? "trigger" : "polled"))
    }
}
