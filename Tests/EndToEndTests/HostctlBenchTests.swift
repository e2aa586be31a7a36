// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
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

    @Test func aBenchThatIsEndedLeavesNoProcess() throws {
        let process = try Processes.spawn(
            Programs.path("hostd-bench"), ["scale", "--services", "5", "--rounds", "100000", "--only", "hostd"])
        let bench = process.pid
        let pidfd = process.takeDescriptor()
        var left: [ProcessIdentity] = []
        // The bench, hostd, its logger and a spare keeper, and a keeper and a child for each service.
        try waitUntil("its processes to run", seconds: 60) {
            left = ProcessTrees.members(below: bench).compactMap(Processes.identity(of:))
            return left.count >= 14
        }
        Processes.signal(pidfd, SIGTERM)
        #expect(try Processes.reap(bench).status == SIGKILL << 8 | 0x8000)
        #expect(left.filter { Processes.identity(of: $0.pid) == $0 && !Processes.isZombie($0.pid) } == [])
    }
}
