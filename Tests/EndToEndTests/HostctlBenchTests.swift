// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

@Suite struct HostctlBenchTests {
    @Test func theBenchOfHostctlRunsWithALittle() throws {
        let host = try HostUnderTest("")
        let result = try host.run("hostd-bench", ["hostctl", "--calls", "2", "--services", "3"])
        #expect(result.status == 0, "\(result.output)")
        for title in ["1 service: status ", "3 services: status NAME ", "3 services: help "] {
            #expect(result.output.contains("\nhostctl, " + title), "\(result.output)")
        }
        #expect(try host.run("hostd-bench", ["hostctl", "--services", "1"]).status == 2)
    }
}
