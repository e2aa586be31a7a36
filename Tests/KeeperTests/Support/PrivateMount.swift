// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// A file system of a test's own, mounted in a mount namespace that a helper process keeps; it goes with the helper.
final class PrivateMount {
    /// The mount, seen from our namespace.
    let path: String
    private let folder: TemporaryFolder
    private let helper: Descriptor

    /// Whether such mounts can be made here.
    static func isPossible(_ type: String) -> Bool { (try? PrivateMount(type)) != nil }

    init(_ type: String, options: String = "rw") throws {
        folder = try TemporaryFolder()
        try Files.makeFolder(folder.path + "/mount")
        let script = "mount -t $1 -o $2 none \"$3/mount\" && touch \"$3/ready\" && exec sleep 1000000"
        guard let unshare = findProgram("unshare") else {
            throw SystemError(code: ENOENT, call: "start", subject: "unshare")
        }
        let process = try Processes.spawn(
            unshare, ["-m", "--propagation", "private", "sh", "-c", script, "sh", type, options, folder.path],
            environment: [RunningKeeper.path])
        path = "/proc/\(process.pid)/root\(folder.path)/mount"
        helper = process.takeDescriptor()
        let ready = folder.path + "/ready"
        let pidfd = helper.raw
        var status: Int32 = 0
        try waitUntil("the mount of \(type)") {
            if chost_pidfd_reap(pidfd, &status) == 1 { throw SystemError(code: EPERM, call: "mount", subject: type) }
            return Files.exists(ready)
        }
    }

    deinit {
        Processes.signal(helper, SIGKILL)
        var status: Int32 = 0
        let pidfd = helper.raw
        try? waitUntil("the end of the mount") { chost_pidfd_reap(pidfd, &status) != 0 }
    }

    /// Writes a file until nothing more has room.
    func fill() throws {
        let file = try Descriptor(opening: path + "/filler", O_WRONLY | O_CREAT)
        let zeros = [UInt8](repeating: 0, count: 4096)
        while (try? file.write(all: zeros)) != nil {}
        while (try? file.write(all: [0])) != nil {}
    }

    /// Gives the room back.
    func free() {
        unlink(path + "/filler")
    }
}
