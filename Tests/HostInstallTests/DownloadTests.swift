// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

@testable import HostInstall

/// What a mirror and the way from it do to a download.
@Suite struct DownloadTests {
    private let subject: InstallUnderTest
    private let release: NodeRelease
    private let folder: TemporaryFolder
    private let archive: String

    init() throws {
        folder = try TemporaryFolder()
        release = try NodeRelease.standIn(in: folder)
        subject = try InstallUnderTest()
        try subject.mirror.offer(release)
        archive = release.archives[0]
    }

    private func ranges() throws -> [String] {
        try subject.mirror.archiveRequests().map { $0.split(separator: " ").last.map(String.init) ?? "" }
    }

    @Test func aMirrorThatKnowsNoPartsSendsAllAnew() throws {
        _ = try subject.failure(release.tag, "breaking")
        try subject.install(release.tag, "deaf")
        #expect(try ranges().last?.hasPrefix("bytes=") == true)
    }

    @Test func aPartOfSomethingElseIsFoundOutAndDownloadedAnew() throws {
        try subject.leavePart(of: archive, [1, 2, 3])
        try subject.install(release.tag)
        #expect(try ranges() == ["bytes=3-", "-"])
        #expect(subject.notes.contains { $0.contains("does not fit") })
    }

    @Test func aFileThatHasChangedOnTheMirrorIsDownloadedAnew() throws {
        try subject.leavePart(of: archive, [1, 2, 3], tag: "\"of yesterday\"")
        try subject.install(release.tag)
        #expect(try ranges() == ["bytes=3-"], "If-Range has the mirror send all of it at once")
    }

    @Test func morePartThanThereIsOfTheFileIsDownloadedAnew() throws {
        try subject.leavePart(of: archive, [UInt8](repeating: 0, count: 4_000_000))
        try subject.install(release.tag)
        #expect(try ranges() == ["bytes=4000000-", "-"])
    }

    @Test func aDownloadThatIsCompleteIsNotDownloadedAgain() throws {
        let refusal = InstallError(.failed, "not today")
        #expect(try subject.failure(release.tag, approve: { _ throws(InstallError) in throw refusal }) == "not today")
        #expect(try subject.left().contains(archive + ".part"))
        try subject.install(release.tag)
        #expect(try ranges() == ["-", "bytes=\(try Files.size("\(release.folder)/\(archive)"))-"])
    }

    @Test func anArchiveThatTheMirrorHasInPartOnlyIsRefused() throws {
        let whole = try Files.read("\(release.folder)/\(archive)", limit: 4 << 20)
        try Files.remove("\(subject.mirror.folder.path)/\(release.tag)/\(archive)")
        try subject.mirror.write("\(release.tag)/\(archive)", whole.dropLast(1000))
        let failure = try subject.failure(release.tag)
        #expect(failure.contains("is not what SHASUMS256.txt says"), "\(failure)")
        #expect(try subject.left().isEmpty, "what is wrong is not gone on with")
    }

    @Test func anArchiveWithAnotherHashIsRefused() throws {
        let hash = String(repeating: "ab", count: 32)
        try subject.mirror.write("\(release.tag)/SHASUMS256.txt", "\(hash)  \(archive)\n".utf8)
        #expect(try subject.failure(release.tag).contains("its SHA-256 is not \(hash)"))
    }

    @Test func aMirrorThatFallsSilentIsGivenUp() throws {
        let mirror = Mirror(subject.mirror.address("silent"), patience: .seconds(1))
        let file = PartialFile(
            "\(release.tag)/\(archive)", from: mirror, into: subject.store.workFolder + "/a.part", limitBytes: 9 << 20
        ) { _, _ in }
        let error = try #require(throws: InstallError.self) { _ = try file.complete() }
        #expect(error.description.contains("the next run goes on"), "\(error)")
    }

    @Test func aFileThatIsTooLargeIsRefusedBeforeItComes() throws {
        let file = PartialFile(
            "\(release.tag)/\(archive)", from: Mirror(subject.mirror.address()),
            into: subject.store.workFolder + "/a.part", limitBytes: 1000
        ) { _, _ in }
        let error = try #require(throws: InstallError.self) { _ = try file.complete() }
        #expect(error.description.contains("(at most 1000 B)"), "\(error)")
        #expect(try subject.left().isEmpty)
    }

    @Test func redirectsAreFollowedAndCounted() throws {
        let circle = try subject.failure(release.tag, "circle")
        #expect(circle.contains("edirects") && circle.contains("/circle/"), "\(circle)")
        try subject.install(release.tag, "redirect")
    }

    @Test(arguments: ["failing", "nothing-here"]) func aMirrorThatRefusesIsNamed(way: String) throws {
        let address = subject.mirror.address(way == "failing" ? way : "plain/nowhere")
        let code: ExitCode = way == "failing" ? .failed : .noSuchName
        let failure = try subject.failure(release.tag, from: address, code: code)
        #expect(failure.contains("\(address)/"), "\(failure)")
    }

    @Test(arguments: ["{\"version\": 1}", "<html>", "[{\"version\": \"22\"}]"])
    func anIndexThatIsNoneIsSaid(text: String) throws {
        try subject.mirror.write("index.json", text.utf8)
        let mirror = Mirror(subject.mirror.address())
        if text.hasPrefix("[") {
            #expect(try ReleaseIndex(from: mirror).releases.isEmpty, "what is no version is passed over")
        } else {
            let error = try #require(throws: InstallError.self) { _ = try ReleaseIndex(from: mirror) }
            #expect(error.description.hasPrefix(mirror.shown("index.json")), "\(error)")
        }
    }

    @Test func nobodyAtThePortIsSaid() throws {
        let port = try TinyServer.closedPort()
        let failure = try subject.failure(release.tag, from: "http://127.0.0.1:\(port)/dist")
        #expect(failure.contains("http://127.0.0.1:\(port)/dist/v22.99.0/SHASUMS256.txt"), "\(failure)")
    }
}
