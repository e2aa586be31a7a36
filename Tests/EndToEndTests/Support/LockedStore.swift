// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// A store's file under the lock of another program.
final class LockedStore {
    private let folder: TemporaryFolder
    private let pidfd: Int32
    private var isHeld = true

    private static let code = """
        import os, select, sqlite3, sys
        connection = sqlite3.connect(sys.argv[1], isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        open(sys.argv[2], "w").close()
        while os.path.exists(sys.argv[2]):
            select.select([], [], [], 0.01)
        """

    private var marker: String { folder.path + "/locked" }

    /// Takes the lock.
    init(_ path: String) throws {
        folder = try TemporaryFolder()
        let marker = folder.path + "/locked"
        let process = try Processes.spawn("/usr/bin/python3", ["-c", Self.code, path, marker])
        pidfd = process.takeDescriptor().release()
        try waitUntil("the lock") { Files.exists(marker) }
    }

    /// Lets it go.
    func release() throws {
        isHeld = false
        try Files.remove(marker)
        var status: Int32 = 0
        try waitUntil("the end of the lock") { chost_pidfd_reap(pidfd, &status) != 0 }
        close(pidfd)
    }

    deinit {
        if isHeld { try? release() }
    }
}
