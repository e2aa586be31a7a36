// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit

extension HostUnderTest {
    /// What is kept of ends that nobody wanted, the newest first.
    func crashes(_ service: String? = nil) throws -> [CrashBrief] {
        let filter = service.map { "?service=\($0)" } ?? ""
        return try CrashList(json: try json("GET", "/v1/crashes\(filter)")).crashes
    }

    /// All that was kept of one.
    func crash(_ id: String) throws -> CrashRecord { try CrashRecord(json: try json("GET", "/v1/crashes/\(id)")) }

    /// Waits until something is kept of a service.
    @discardableResult
    func waitCrash(_ service: String) throws -> CrashBrief {
        try waitFor("a crash of \(service)", seconds: 60) { try crashes(service).first }
    }

    /// The files in which it is kept.
    func crashFiles() throws -> [String] { try Files.list(dir + "/state/crashes") }
}

/// A state folder on a disk of its own, which can be filled; for root.
final class FullStateDisk {
    private let path: String

    init(_ path: String) throws {
        self.path = path
        try Files.makeFolder(path)
        try check("mount", path) { mount("tmpfs", path, "tmpfs", 0, "size=64m,mode=0750") }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
    }

    /// Takes all the room that there is.
    func fill() throws {
        let file = try Descriptor(opening: path + "/filler", O_WRONLY | O_CREAT | O_APPEND)
        let page = [UInt8](repeating: 0, count: 4096)
        while (try? file.write(all: page)) != nil {}
    }

    /// Gives it back.
    func free() throws { try Files.remove(path + "/filler") }
}
