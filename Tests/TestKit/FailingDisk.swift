// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux

/// A file system of the test's own (FUSE) whose writes fail with EIO while the test wants it. Needs root, /dev/fuse and
/// python3-fusepy.
public final class FailingDisk {
    /// Whether there can be one here.
    public static let canBeMounted = (try? FailingDisk()) != nil

    private static let program = """
        import errno, os, sys
        from fusepy import FUSE, FuseOSError, Operations

        class Failing(Operations):
            def refuse(self):
                if os.path.exists(flag): raise FuseOSError(errno.EIO)
            def getattr(self, path, fh=None):
                status = os.lstat(root + path)
                names = "atime ctime mtime mode nlink size uid gid".split()
                return {"st_" + name: getattr(status, "st_" + name) for name in names}
            def readdir(self, path, fh): return [".", ".."] + os.listdir(root + path)
            def open(self, path, flags): return os.open(root + path, os.O_RDWR)
            def create(self, path, mode, fi=None):
                self.refuse()
                return os.open(root + path, os.O_RDWR | os.O_CREAT, mode)
            def read(self, path, size, offset, fh): return os.pread(fh, size, offset)
            def write(self, path, data, offset, fh):
                self.refuse()
                return os.pwrite(fh, data, offset)
            def truncate(self, path, length, fh=None):
                self.refuse()
                os.truncate(root + path, length)
            def rename(self, old, new):
                self.refuse()
                os.rename(root + old, root + new)
            def mkdir(self, path, mode): os.mkdir(root + path, mode)
            def unlink(self, path): os.unlink(root + path)
            def chmod(self, path, mode): os.chmod(root + path, mode)
            def utimens(self, path, times=None): os.utime(root + path, times)
            def release(self, path, fh): os.close(fh)
            def fsync(self, path, datasync, fh): os.fsync(fh)
            def statfs(self, path):
                room = os.statvfs(root)
                return {name: getattr(room, name) for name in dir(room) if name.startswith("f_") and name != "f_fsid"}

        root, point, flag = sys.argv[1:]
        FUSE(Failing(), point, foreground=True, nothreads=True)
        """

    private let place: TemporaryFolder
    private let server: Descriptor
    /// Where it is mounted.
    public let path: String
    private var flag: String { place.path + "/fail" }

    /// Mounts one.
    public init() throws {
        place = try TemporaryFolder()
        path = place.path + "/disk"
        let root = place.path + "/root"
        for folder in [path, root] { try Files.makeFolder(folder, mode: 0o750) }
        let before = try FileStatus(at: path).device
        server = try Processes.spawn(
            "/usr/bin/python3", ["-c", Self.program, root, path, place.path + "/fail"],
            environment: ["PATH=/usr/bin:/bin"]
        ).takeDescriptor()
        try waitUntil("the file system at \(path)") { try FileStatus(at: path).device != before }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        // It ends with its mount, unless a file is still open.
        Processes.signal(server, SIGKILL)
        let raw = server.raw
        var status: Int32 = 0
        try? waitUntil("the file system's server to end") { chost_pidfd_reap(raw, &status) != 0 }
    }

    /// From now on each write fails, or none does.
    public func setFailing(_ isFailing: Bool) throws {
        if isFailing { try Files.replace(flag, with: []) } else { try Files.remove(flag) }
    }
}
