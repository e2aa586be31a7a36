// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import HostWire
import TestKit
import Testing

@testable import HostInstall

/// The store as a folder.
@Suite struct StoreTests {
    private let subject: InstallUnderTest
    private let release: NodeRelease
    private let version: NodeVersion
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        release = try NodeRelease.standIn(in: folder)
        version = try #require(NodeVersion(release.tag))
        subject = try InstallUnderTest()
        try subject.mirror.offer(release)
    }

    @Test func whoComesSecondWaitsForTheFirst() throws {
        let first = try subject.store.lock {}
        let store = subject.store
        let waits = Gate()
        let has = Gate()
        inBackground {
            let second = try? store.lock { waits.open() }
            if second != nil { has.open() }
        }
        try waitUntil("the second to wait", seconds: 60) { waits.isOpenNow }
        #expect(!has.isOpenNow)
        close(first.release())
        try waitUntil("the second to have its turn", seconds: 60) { has.isOpenNow }
    }

    @Test func whatABrokenOffRunHasLeftIsTakenAway() throws {
        let work = subject.store.workFolder
        try Files.makeFolder(work + "/unpack/node-v1/bin")
        try Files.replace(work + "/unpack/node-v1/bin/node", with: "x".utf8)
        try Files.setMode(work + "/unpack/node-v1/bin", 0o500)
        try Files.makeFolder(work + "/old/bin")
        try Files.replace(work + "/node-v18.0.0-linux-x64.tar.xz.part", with: "x".utf8)
        try subject.install(release.tag)
        #expect(try subject.left().isEmpty)
    }

    @Test func everyFileThatIsNotAsItWasIsNamed() throws {
        try subject.install(release.tag)
        let place = subject.store.folder(of: version)
        #expect(subject.store.check(version).problems.isEmpty)
        _ = try NodeRelease.shell(
            """
            cd "$1" && chmod -R u+w .
            echo >> bin/node && rm lib/node_modules/npm/package.json && echo x > bin/corepack
            """, [place])
        #expect(
            subject.store.check(version).problems == [
                "bin/corepack was added", "bin/node has changed", "lib/node_modules/npm/package.json is missing",
            ])
        _ = try NodeRelease.shell("rm \"$1/hostd-install.json\"", [place])
        #expect(subject.store.check(version).problems == ["nothing says how it was installed"])
    }

    @Test func whatWasWrittenDownCanBeCheckedWithSha256sum() throws {
        try subject.install(release.tag)
        _ = try NodeRelease.shell(
            "cd \"$1\" && sha256sum --strict --check --quiet hostd-files.sha256", [subject.store.folder(of: version)])
    }

    @Test func aVersionIsTakenAway() throws {
        try subject.install(release.tag)
        try subject.store.remove(version)
        #expect(subject.store.versions.isEmpty)
        #expect(try subject.left().isEmpty)
    }

    @Test func whoRunsANodeIsSeen() throws {
        let bin = folder.path + "/v1/bin"
        try Files.makeFolder(bin, mode: 0o755)
        _ = try NodeRelease.shell("cp /bin/cat \"$1\"", [bin + "/cat"])
        let fifo = folder.path + "/fifo"
        try check("mkfifo") { mkfifo(fifo, 0o600) }
        let end = try Descriptor(opening: fifo, O_RDWR)
        let process = try Processes.spawn(bin + "/cat", [fifo], environment: ["HOSTD_SERVICE=gateway"])
        let pid = process.pid
        defer {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
        // The kernel shows its environment a moment after it was started.
        try waitUntil("the process to be seen", seconds: 60) {
            NodeUse.below(folder.path + "/v1") == [NodeUse(pid: pid, name: "cat", service: "gateway")]
        }
        #expect(NodeUse.below(folder.path + "/v2").isEmpty)
        _ = end.raw
    }

    @Test(.enabled(if: getuid() == 0, "giving folders away needs root"))
    func aStoreThatOthersCouldWriteIsRefused() throws {
        let state = folder.path + "/theirs"
        try Files.makeFolder(state)
        try check("chown") { chown(state, 12345, 12345) }
        let store = NodeStore(state: state)
        #expect(throws: InstallError.self) { _ = try store.lock {} }
        #expect(try Files.list(state).isEmpty)
    }

    @Test(.enabled(if: getuid() == 0, "only root's services run as others"))
    func servicesOfOtherUsersCanRunIt() throws {
        let state = subject.store.path.replacing("/node", with: "")
        try Files.setMode(folder.path, 0o755)
        try Files.setMode(subject.scratch.path, 0o755)
        try Files.setMode(state, 0o700)
        try subject.install(release.tag)
        #expect(try FileStatus(at: state).rights == 0o711)
        let answer = try BriefCommand(
            subject.store.binary(of: version), [], environment: [], rights: .nobody
        ).run(within: .seconds(60), limitBytes: 4096)
        #expect(answer.code == 0)
    }
}
