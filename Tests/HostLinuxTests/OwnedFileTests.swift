// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// Files that are replaced and go on belonging to somebody.
@Suite struct OwnedFileTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/models.toml" }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func theRightsOfTheOldFileStay() throws {
        try Files.replace(path, with: "old".utf8, mode: 0o600)
        try Files.setMode(path, 0o664)
        let before = try FileStatus(at: path)
        try Files.replaceKeepingOwner(path, with: "new".utf8)
        let after = try FileStatus(at: path)
        #expect(try Files.readText(path) == "new")
        #expect(after.rights == 0o664 && after.inode != before.inode)
        #expect(try Files.list(folder.path) == ["models.toml"])
    }

    @Test(.enabled(if: geteuid() == 0)) func theOwnerOfTheOldFileStays() throws {
        try Files.replace(path, with: "old".utf8)
        try check("chown") { chown(path, 1234, 2345) }
        try Files.replaceKeepingOwner(path, with: "new".utf8)
        let after = try FileStatus(at: path)
        #expect(after.uid == 1234 && after.gid == 2345)
    }

    @Test func aNewFileIsForAllToRead() throws {
        try Files.replaceKeepingOwner(path, with: "new".utf8)
        #expect(try FileStatus(at: path).rights == 0o644)
    }

    @Test func aLinkIsNotFollowed() throws {
        try Files.replace(folder.path + "/real", with: "old".utf8)
        try check("symlink") { symlink("real", path) }
        #expect(throws: SystemError(code: ELOOP, call: "replace", subject: path)) {
            try Files.replaceKeepingOwner(path, with: "new".utf8)
        }
        #expect(try Files.readText(path) == "old")
        #expect(try Files.list(folder.path) == ["models.toml", "real"])
    }

    @Test func whatIsNoFileStays() throws {
        try Files.makeFolder(path)
        #expect(throws: SystemError(code: EINVAL, call: "replace", subject: path)) {
            try Files.replaceKeepingOwner(path, with: "new".utf8)
        }
    }
}
