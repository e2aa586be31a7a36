// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import HostWire
import TestKit
import Testing

@testable import HostInstall

/// Archives whose hash is right, and which hold something else than they should.
@Suite struct WrongNodeTests {
    private let subject: InstallUnderTest
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        subject = try InstallUnderTest()
    }

    private func failure(_ bytes: [UInt8]) throws -> String {
        let binary = folder.path + "/program"
        try Files.replace(binary, with: bytes, mode: 0o755)
        let release = try NodeRelease.made("v22.99.0", binary: binary, in: folder)
        try subject.mirror.offer(release)
        return try subject.failure(release.tag)
    }

    @Test func aNodeForAnotherArchitectureIsRefusedBeforeItIsRun() throws {
        let head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]
        let failure = try failure(head + [UInt8](repeating: 0, count: 11) + [0x16, 0, 0, 0])
        #expect(failure.contains("bin/node is for s390x, and this host is \(NodeRelease.platform)"), "\(failure)")
    }

    @Test func aScriptInsteadOfANodeIsRefused() throws {
        #expect(try failure(Array("#!/bin/sh\necho v22.99.0\n".utf8)).contains("is no program"))
    }

    @Test(.enabled(if: Nodes.areThere, "tools/deps test fetches the Nodes"))
    func aNodeOfAnotherVersionIsRefused() throws {
        let release = try NodeRelease.made("v22.99.0", binary: Nodes.path(22), in: folder)
        try subject.mirror.offer(release)
        let failure = try subject.failure(release.tag)
        #expect(failure.contains("(v22.99.0 was wanted)"), "\(failure)")
    }

    @Test func aReleaseWithoutAnArchiveForThisHostIsSaid() throws {
        try subject.mirror.write("v22.99.0/SHASUMS256.txt", "\(String(repeating: "ab", count: 32))  x.tar.gz\n".utf8)
        let failure = try subject.failure("v22.99.0", code: .noSuchName)
        #expect(failure.contains("node-v22.99.0-\(NodeRelease.platform).tar.gz"), "\(failure)")
    }
}
