// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

@Suite(.enabled(if: getuid() == 0)) struct FileRightsTests {
    @Test func filesAreOpenedWithTheRightsOfAnotherAndThenWithOnesOwn() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/secret"
        try Files.replace(path, with: "x".utf8, mode: 0o600)
        let wrong = SystemError(code: EACCES, call: "open", subject: path)
        #expect(throws: wrong) { try FileRights.nobody.use { () throws(SystemError) in try Files.read(path) } }
        #expect(try Files.read(path) == Array("x".utf8))
    }

    @Test func whatOnlyRootCanChangeHasNoChanger() throws {
        #expect(try FileRights.changer(of: "/bin/sh") == nil)
        #expect(throws: SystemError.self) { try FileRights.changer(of: "/usr/none/at/all") }
    }

    @Test func aFolderOrALinkOfAnotherUserIsHisToChange() throws {
        let folder = try TemporaryFolder()
        let inner = folder.path + "/inner"
        try Files.makeFolder(inner)
        try Files.replace(inner + "/file", with: [])
        #expect(try FileRights.changer(of: inner + "/file") == nil)
        symlink(inner + "/file", folder.path + "/link")
        lchown(folder.path + "/link", 1234, 1235)
        #expect(try FileRights.changer(of: folder.path + "/link") == FileRights(uid: 1234, gid: 1235))
        chown(inner, 4321, 4322)
        #expect(try FileRights.changer(of: inner + "/file") == FileRights(uid: 4321, gid: 4322))
        chown(inner, 0, 0)
        chmod(inner, 0o777)
        #expect(try FileRights.changer(of: inner + "/file") == .nobody)
    }

    @Test func linksThatGoRoundAreRefused() throws {
        let folder = try TemporaryFolder()
        symlink("b", folder.path + "/a")
        symlink("a", folder.path + "/b")
        #expect(throws: SystemError.self) { try FileRights.changer(of: folder.path + "/a") }
    }
}
