// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// A tmpfs of a few MiB, unmounted when the test is over.
final class SmallDisk {
    let path: String
    /// The mount point is ours.
    private let isMade: Bool

    /// Mounted at `path`, or in a folder of its own that other users can reach: not below TMPDIR.
    init(at path: String? = nil, options: String) throws {
        isMade = path == nil
        let place = path ?? "/tmp/hostd-disk-\(getpid())-\(UInt32.random(in: .min ... .max))"
        self.path = place
        try Files.makeFolder(place)
        try check("mount", place) { mount("tmpfs", place, "tmpfs", 0, "mode=0755,\(options)") }
    }

    /// An ext4 file system in a file beside `path`, mounted there through a loop device.
    init(at path: String, imageOf bytes: Int64) throws {
        isMade = false
        self.path = path
        let image = path + ".ext4"
        try Files.makeFolder(path)
        let file = try Descriptor(opening: image, O_WRONLY | O_CREAT)
        try file.truncate(to: bytes)
        for command in [["/usr/sbin/mkfs.ext4", "-q", image], ["/usr/bin/mount", "-o", "loop", image, path]] {
            let process = try Processes.spawn(command[0], Array(command.dropFirst()))
            let pidfd = process.takeDescriptor()
            guard Poll.readable(pidfd.raw, milliseconds: 30_000), pidfd.reapChild() == .ended(0) else {
                throw TimedOut(event: command.joined(separator: " "))
            }
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        if isMade { rmdir(path) }
    }

    /// Whether tests may mount.
    static var isPossible: Bool { getuid() == 0 }

    /// Read-only from now on, or no longer.
    func remount(readOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
        let place = path
        try check("remount", place) { mount("tmpfs", place, "tmpfs", flags, nil) }
    }

    /// Writes to `name` until nothing more goes in.
    func fill(_ name: String = "fill") throws {
        let file = try Descriptor(opening: "\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC)
        let piece = [UInt8](repeating: 1, count: 65536)
        while (try? file.write(all: piece)) != nil {}
    }

    /// A file that was last written long ago.
    func oldFile(_ name: String, bytes: Int, owner: UInt32 = 0) throws {
        let place = "\(path)/\(name)"
        try Files.replace(place, with: [UInt8](repeating: 1, count: bytes), mode: 0o644)
        let time = timespec(tv_sec: 1_000_000, tv_nsec: 0)
        utimensat(AT_FDCWD, place, [time, time], 0)
        chown(place, owner, owner)
    }

    func remove(_ name: String) throws { try Files.remove("\(path)/\(name)") }
}

/// A FUSE mount that nobody serves: every call into it waits.
final class DeadMount {
    let path: String
    private var device: Int32

    init() throws {
        let place = "/tmp/hostd-dead-\(getpid())-\(UInt32.random(in: .min ... .max))"
        path = place
        try Files.makeFolder(place)
        let number = try Descriptor(opening: "/dev/fuse", O_RDWR).release()
        device = number
        try check("mount", place) {
            mount("fuse", place, "fuse", 0, "fd=\(number),rootmode=40000,user_id=0,group_id=0")
        }
    }

    /// Whoever should serve it ends.
    func end() {
        if device >= 0 { close(device) }
        device = -1
    }

    deinit {
        end()
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }
}
