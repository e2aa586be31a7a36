// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// Whether nobody else can change where a path leads.
@Suite struct TrustedWayTests {
    private let place: TemporaryFolder
    private let root: String
    private let trust = Trust.ofOwnFiles

    init() throws {
        place = try TemporaryFolder()
        root = place.path
        try Files.makeFolder(root + "/a/b")
        try Files.replace(root + "/a/b/file", with: [])
    }

    private func complaint(_ path: String, believingGroups: Bool = false) -> String? {
        trust.complaintOnWay(to: root + "/" + path, believingGroups: believingGroups)
    }

    @Test func onesOwnFoldersAreFine() {
        #expect(complaint("a/b/file") == nil)
        #expect(complaint("a/./b/../b/file") == nil)
        #expect(complaint("a/missing/file") == nil, "opening it says what is wrong")
    }

    @Test func eachFolderOfTheWayCounts() throws {
        for folder in [root, root + "/a", root + "/a/b"] {
            chmod(folder, 0o707)
            let words = "\(folder) can be written by others, and leads to \(root)/a/b/file (chmod go-w \(folder))"
            #expect(complaint("a/b/file") == words)
            chmod(folder, 0o1777)
            #expect(complaint("a/b/file") == nil, "a sticky bit keeps others' hands off what is there")
            chmod(folder, 0o700)
        }
        chmod(root, 0o777)
        #expect(
            trust.complaintOnWay(to: root + "/a/b/file", from: root + "/a") == nil, "above the start nothing counts")
    }

    @Test func soDoesTheWayOfALink() throws {
        try Files.makeFolder(root + "/loose")
        try Files.replace(root + "/loose/file", with: [])
        chmod(root + "/loose", 0o777)
        symlink(root + "/loose/file", root + "/a/absolute")
        symlink("../loose", root + "/a/relative")
        #expect(complaint("a/absolute")?.hasPrefix("\(root)/loose can be written by others") == true)
        #expect(complaint("a/relative/file")?.hasPrefix("\(root)/a/../loose can") != true)
        #expect(complaint("a/relative/file")?.contains("/loose can be written by others") == true)
        symlink("round", root + "/a/round")
        #expect(complaint("a/round")?.contains("too many links") == true)
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func strangersAndTheirGroupsAreNotTrusted() throws {
        chown(root + "/a", 12345, 0)
        #expect(complaint("a/b/file")?.contains("/a belongs to uid 12345") == true)
        chown(root + "/a", 0, 12345)
        chmod(root + "/a", 0o770)
        #expect(complaint("a/b/file")?.contains("/a can be written by the group 12345") == true)
        #expect(complaint("a/b/file", believingGroups: true) == nil)
        chown(root + "/a", 0, 0)
        #expect(complaint("a/b/file") == nil, "the group of root is root")
        chmod(root + "/a", 0o1777)
        symlink("b", root + "/a/link")
        #expect(complaint("a/link/file") == nil)
        lchown(root + "/a/link", 12345, 12345)
        #expect(complaint("a/link/file")?.contains("/a/link belongs to uid 12345") == true)
    }
}
