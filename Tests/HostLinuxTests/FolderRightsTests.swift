// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// Whose rights are used in a folder that others may be able to change.
@Suite(.enabled(if: getuid() == 0, "only root can give files away")) struct FolderRightsTests {
    private let place: TemporaryFolder
    private let root: String
    private let user: UInt32 = 12345

    init() throws {
        place = try TemporaryFolder()
        root = place.path
    }

    private func make(_ path: String, owner: UInt32 = 0, mode: UInt32 = 0o755) throws {
        try Files.makeFolder(root + "/" + path, mode: 0o755)
        try Files.setMode(root + "/" + path, mode)
        chown(root + "/" + path, owner, owner)
    }

    private func owner(_ path: String) throws -> FolderRights.Finding { try FolderRights.owner(of: root + "/" + path) }

    @Test func rootsOwnFoldersAreRoots() throws {
        try make("log")
        #expect(try owner("log") == .owner(0))
        #expect(try owner("log/../log/.") == .owner(0))
    }

    @Test func whatLiesBehindAUsersFolderIsTheirs() throws {
        try make("home")
        try make("home/agent", owner: user)
        try make("home/agent/logs")
        #expect(try owner("home/agent") == .owner(user))
        #expect(try owner("home/agent/logs") == .owner(user), "also a folder in it that is root's")
        #expect(try owner("home/agent/missing") == .owner(user), "only they may look whether it is there")
    }

    @Test func aUsersLinkIsNotFollowedByRoot() throws {
        try make("tmp", mode: 0o1777)
        symlink("/etc", root + "/tmp/logs")
        lchown(root + "/tmp/logs", user, user)
        #expect(try owner("tmp/logs") == .owner(user))
        #expect(try owner("tmp/logs/hostd") == .owner(user))
    }

    @Test func aLinkOfRootsOwnLeadsOn() throws {
        try make("home")
        try make("home/agent", owner: user)
        try make("log")
        symlink(root + "/home/agent", root + "/absolute")
        symlink("home/agent", root + "/relative")
        symlink("../log", root + "/home/up")
        #expect(try owner("absolute") == .owner(user))
        #expect(try owner("relative") == .owner(user))
        #expect(try owner("home/up") == .owner(0))
        symlink("loop", root + "/loop")
        #expect(throws: SystemError.self) { try owner("loop") }
    }

    @Test(arguments: [0o777, 0o775, 0o1777] as [UInt32])
    func aFolderOfRootThatOthersCanWriteIsRefused(mode: UInt32) throws {
        try make("shared", mode: mode)
        guard case .refused(let why) = try owner("shared") else {
            Issue.record("it was not refused")
            return
        }
        #expect(why.contains("\(root)/shared belongs to root and others can write it"))
    }

    @Test func inAFolderThatOthersCanWriteOnlyAStickyBitKeepsWhatIsRoots() throws {
        try make("shared", mode: 0o777)
        try make("shared/log")
        try make("shared/agent", owner: user)
        try make("sticky", mode: 0o1777)
        try make("sticky/log")
        #expect(try owner("shared/log") != .owner(0))
        #expect(try owner("shared/agent") == .owner(user))
        #expect(try owner("sticky/log") == .owner(0))
    }

    @Test func aFolderThatIsNotThereIsMissing() {
        do {
            _ = try owner("missing/log")
            Issue.record("it is there")
        } catch {
            #expect((error as? SystemError)?.isMissing == true)
        }
    }
}
