// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import HostWire
import TestKit
import Testing

@testable import HostInstall

/// A mirror, and a store that is filled from it.
final class InstallUnderTest {
    let mirror: NodeMirror
    let store: NodeStore
    /// What was said on the way.
    private(set) var notes: [String] = []
    var keyring: String?
    var sha256: String?
    var trust = Mirror.Trust()
    private let folder: TemporaryFolder

    init(mirror: NodeMirror? = nil) throws {
        self.mirror = try mirror ?? NodeMirror()
        folder = try TemporaryFolder()
        store = NodeStore(state: folder.path + "/state")
        _ = try store.lock {}
    }

    deinit {
        // Its folders are read-only.
        try? FileTree.remove(folder.path + "/state")
    }

    /// A folder for whatever a test needs.
    var scratch: TemporaryFolder { folder }

    /// Installs a release from the mirror in one of its ways.
    @discardableResult
    func install(
        _ tag: String, _ way: String = "plain", from address: String? = nil,
        approve: (NodeFacts) throws(InstallError) -> Void = { _ in }
    ) throws -> InstallRecord {
        let version = try #require(NodeVersion(tag))
        let mirror = Mirror(address ?? mirror.address(way), patience: .seconds(20), trust: trust)
        var installer = NodeInstaller(version, from: mirror, into: store)
        installer.keyring = keyring
        installer.sha256 = sha256
        let lock = try store.lock {}
        defer { _ = lock.raw }
        return try installer.run(
            tell: { [self] step in
                if case .note(let text) = step { notes.append(text) }
            }, approve: approve)
    }

    /// Why that does not work; whatever it is, nothing may have been changed.
    func failure(
        _ tag: String, _ way: String = "plain", from address: String? = nil, code: ExitCode = .failed,
        approve: (NodeFacts) throws(InstallError) -> Void = { _ in }
    ) throws -> String {
        let before = try Files.list(store.path)
        do {
            try install(tag, way, from: address, approve: approve)
        } catch let error as InstallError {
            #expect(error.code == code, "\(error)")
            #expect(try Files.list(store.path) == before)
            #expect(try Files.list(store.workFolder).allSatisfy { $0 != "unpack" })
            #expect(!error.description.contains("\n"))
            return error.description
        }
        Issue.record("\(tag) was installed")
        return ""
    }

    /// What lies in the work folder besides the lock.
    func left() throws -> [String] { try Files.list(store.workFolder).filter { $0 != "lock" } }

    /// Puts something there as if it were a part of an archive that had come.
    func leavePart(of archive: String, _ bytes: [UInt8], tag: String? = nil) throws {
        let path = "\(store.workFolder)/\(archive).part"
        try Files.replace(path, with: bytes)
        if let tag { try Files.replace(path + ".tag", with: tag.utf8) }
    }
}
