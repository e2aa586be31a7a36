// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import TestKit
import Testing

@testable import HostInstall

/// Real Nodes, from a real archive to a place where they run.
@Suite(.enabled(if: Nodes.areThere, "tools/deps test fetches the Nodes")) struct InstallTests {
    private let subject: InstallUnderTest
    private let release: NodeRelease

    init() throws {
        release = try NodeRelease.real(22)
        subject = try InstallUnderTest()
    }

    private func run(_ words: String...) throws -> String {
        try NodeRelease.shell("\"$0\" \"$@\"".replacing("$0", with: words[0]), Array(words.dropFirst()))
    }

    @Test func anArchiveOfXzBecomesANodeThatRunsAndThatNobodyWrites() throws {
        try subject.mirror.offer(release)
        let record = try subject.install(release.tag)
        let version = try #require(NodeVersion(release.tag))
        #expect(record.archive == release.archives[0])
        #expect(record.vouchedBy == "mirror")
        #expect(subject.notes.contains { $0.contains("only the mirror vouches") })
        let folder = subject.store.folder(of: version)
        #expect(try run(subject.store.binary(of: version), "--version") == release.tag + "\n")
        #expect(try Files.realPath(folder + "/bin/npm").hasSuffix("/lib/node_modules/npm/bin/npm-cli.js"))
        for entry in try FileTree.entries(of: folder) where entry.kind != .link {
            let status = try FileStatus(at: "\(folder)/\(entry.path)")
            #expect(status.rights & 0o222 == 0 && status.uid == getuid(), "\(entry.path)")
        }
        #expect(try FileStatus(at: folder).rights == 0o555)
        #expect(subject.store.versions == [version])
        #expect(subject.store.check(version).problems.isEmpty)
        #expect(try subject.left().isEmpty, "nothing of the download stays")
    }

    @Test func anArchiveOfGzipIsTakenWhereThereIsNoOther() throws {
        try subject.mirror.offer(release, suffix: ".gz")
        #expect(try subject.install(release.tag).archive == release.archives[1])
        let version = try #require(NodeVersion(release.tag))
        #expect(try NodeQuestion.ask(subject.store.binary(of: version)).version == version)
    }

    @Test func aConnectionThatIsCutIsGoneOnWithWhereItEnded() throws {
        try subject.mirror.offer(release)
        try subject.install(release.tag, "broken")
        let requests = try subject.mirror.archiveRequests()
        let half = try Files.size("\(release.folder)/\(release.archives[0])") / 2
        #expect(requests.map { $0.split(separator: " ").last } == ["-", "bytes=\(half)-"])
    }

    @Test func whatAnotherRunHasLeftIsGoneOnWith() throws {
        try subject.mirror.offer(release)
        let failure = try subject.failure(release.tag, "breaking")
        #expect(failure.contains("the next run goes on"), "\(failure)")
        #expect(try subject.left() == ["\(release.archives[0]).part", "\(release.archives[0]).part.tag"])
        try subject.install(release.tag)
        let half = try Files.size("\(release.folder)/\(release.archives[0])") / 2
        let last = try subject.mirror.archiveRequests().last
        #expect(last == "/plain/\(release.tag)/\(release.archives[0]) bytes=\(half)-")
    }

    @Test func aNodeThatIsDamagedIsReplaced() throws {
        try subject.mirror.offer(release, suffix: ".gz")
        try subject.install(release.tag)
        let version = try #require(NodeVersion(release.tag))
        let binary = subject.store.binary(of: version)
        #expect(subject.store.intact(version) != nil)
        try Files.setMode(binary, 0o755)
        let file = try Descriptor(opening: binary, O_RDWR)
        try [UInt8(0xff)].withUnsafeBytes { bytes in try file.write(bytes, at: 5_000_000) }
        #expect(subject.store.intact(version) == nil)
        #expect(subject.store.check(version).problems == ["bin/node has changed"])
        try subject.install(release.tag)
        #expect(subject.store.check(version).problems.isEmpty)
        #expect(try subject.left().isEmpty)
    }
}
