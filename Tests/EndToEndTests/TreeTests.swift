// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLaunch
import HostLinux
import HostWire
import TestKit
import Testing

/// Nothing of a tree is left, however it was built.
@Suite struct TreeTests {
    @Test(arguments: ["plain", "detached", "double", "holder", "detached+holder+stubborn", "double+nameless"])
    func aTreeThatNpmMakesStopsCleanly(kind: String) throws {
        var gateway = try Gateway(
            "--children=\(kind)", keys: "stop = { to = \"group\", grace = \"5s\", leftovers = \"300ms\" }")
        gateway.isNpmLike = true
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let shell = try host.waitReady("gateway")
        let token = try #require(host.instanceFolders().first?.token())
        let tree = Living.carrying(token)
        #expect(tree.contains(shell))
        #expect(tree.count >= (kind.contains("nameless") ? 3 : 4), "\(tree)")
        let nameless = try gateway.childPids()
        let outcome = try host.act("stop", "gateway")
        #expect(outcome.ok, "\(outcome)")
        #expect(Living.carrying(token) == [])
        for pid in tree + nameless { #expect(!Living.contains(pid)) }
        try waitUntil("its folder to go") { host.instanceFolders().isEmpty }
    }

    @Test func aGatewayThatDiesLeavesNoGrandchildBehindAndComesBack() throws {
        let gateway = try Gateway("--children=detached+holder", keys: "stop = { leftovers = \"200ms\" }")
        let host = try HostUnderTest(gateway.section())
        try host.start()
        let first = try host.waitReady("gateway")
        let token = try #require(host.instanceFolders().first?.token())
        kill(first, SIGKILL)
        try host.waitReady("gateway", notPid: first)
        #expect(Living.carrying(token) == [])
    }
}

extension Gateway {
    /// The children of the running gateway, as its report says.
    func childPids() throws -> [Int32] {
        let log = modes.first { $0.hasPrefix("--report=") }.map { String($0.dropFirst(9)) }
        guard let log, let text = try? Files.readText(log) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: "\"child\":").dropFirst().first.flatMap { Int32($0.prefix { $0.isNumber }) }
        }
    }
}
