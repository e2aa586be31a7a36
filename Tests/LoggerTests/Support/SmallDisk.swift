// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// A file system of a few pages that the test mounts; only root can.
final class SmallDisk {
    static var canBeMounted: Bool { (try? SmallDisk(pages: 4)) != nil }

    private let place: TemporaryFolder
    let path: String
    private var filler: String { path + "/filler" }

    init(pages: Int) throws {
        place = try TemporaryFolder()
        path = place.path + "/disk"
        try Files.makeFolder(path)
        try check("mount", path) { mount("tmpfs", path, "tmpfs", 0, "size=\(pages * 4096),mode=0700") }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    /// Takes all the room that there is.
    func fill() throws {
        let file = try Descriptor(opening: filler, O_WRONLY | O_CREAT | O_APPEND)
        let page = [UInt8](repeating: 0, count: 4096)
        while (try? file.write(all: page)) != nil {}
    }

    /// Takes all but a little.
    func leave(pages: Int) throws {
        try fill()
        let file = try Descriptor(opening: filler, O_WRONLY)
        try file.truncate(to: Int64(try file.size() - pages * 4096))
    }

    /// Gives it back.
    func free() throws {
        try Files.remove(filler)
    }

    /// Refuses every change from now on, or takes them again. Files must not be open for writing.
    func setReadOnly(_ isReadOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0)
        try check("remount", path) { mount("tmpfs", path, "tmpfs", flags, nil) }
    }
}
