// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit
import Testing

/// kill -9 of a keeper: nobody recorded the end, so the orphans are found and killed, and the service comes back.
@Suite struct KeeperLossTests {
    @Test(arguments: ["", "detached", "double"])
    func aKilledKeeperTakesNothingAlongForGood(children: String) throws {
        let gateway = try Gateway("--children=\(children)")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let first = try host.waitReady("gateway")
        let token = try #require(host.instanceFolders().first?.token())
        let keeper = try #require(try host.status("gateway").keeperPid)
        kill(keeper, SIGKILL)
        try host.waitReady("gateway", notPid: first)
        #expect(Living.carrying(token) == [])
        let status = try host.status("gateway")
        #expect(status.restarts == 1)
        #expect(status.lastExit?.code == nil)
        #expect(status.lastExit?.signal == nil)
        #expect(try host.events("gateway").contains { $0.kind == "service.keeper_lost" })
    }

    @Test(arguments: ["", "detached"])
    func aKeeperThatIsKilledWhileHostdIsAwayIsNoticed(children: String) throws {
        let gateway = try Gateway("--children=\(children)")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let first = try host.waitReady("gateway")
        let token = try #require(host.instanceFolders().first?.token())
        let keeper = try #require(try host.status("gateway").keeperPid)
        host.kill()
        kill(keeper, SIGKILL)
        try waitUntil("the main process to go with its keeper") { !Living.contains(first) }
        try host.start()
        try host.waitReady("gateway", notPid: first)
        #expect(Living.carrying(token) == [])
        #expect(try host.status("gateway").restarts == 1)
    }
}
