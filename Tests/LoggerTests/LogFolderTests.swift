// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// The logger writes into no folder that others can change: they would have root write where they like.
@Suite struct LogFolderTests {
    private func refuses(_ root: String) -> Bool {
        do throws(SystemError) {
            try LogFolder.check("web/stderr", below: root)
            return false
        } catch {
            return error.code == EACCES
        }
    }

    @Test func looseFoldersAreRefused() throws {
        let place = try TemporaryFolder()
        #expect(!refuses(place.path), "it is made")
        try Files.makeFolder(place.path + "/web/stderr")
        #expect(!refuses(place.path))
        for folder in ["/web", "/web/stderr"] {
            chmod(place.path + folder, 0o707)
            #expect(refuses(place.path))
            chmod(place.path + folder, 0o700)
        }
    }

    @Test(.enabled(if: getuid() == 0, "only root can give files away"))
    func aFolderOrLinkOfSomebodyElseIsRefused() throws {
        let place = try TemporaryFolder()
        try Files.makeFolder(place.path + "/elsewhere")
        try Files.makeFolder(place.path + "/web")
        symlink(place.path + "/elsewhere", place.path + "/web/stderr")
        #expect(!refuses(place.path), "an administrator moved it to another disk")
        lchown(place.path + "/web/stderr", 12345, 12345)
        #expect(refuses(place.path))
        unlink(place.path + "/web/stderr")
        chown(place.path + "/web", 12345, 12345)
        #expect(refuses(place.path))
    }
}
