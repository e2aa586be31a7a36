// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// One file of a log, plain or compressed, opened when it is first needed. One that is removed before that is empty.
///
/// What names it in a cursor is the inode of its index, which stays when the log file is renamed and when it is
/// replaced by a compressed one; without an index, its own.
final class LogFileReader {
    /// Its name without ending; nil for `current`.
    let name: String?
    private let path: String
    private let indexPath: String
    private var plain: Descriptor?
    private var compressed: CompressedFile?
    private var plainSize: Int64 = 0
    private var isOpen = false
    private var openedIndex: Descriptor?
    private var reader: IndexReader?
    private var modified: Int64 = 0

    /// `current` of the log in `folder` and its index, opened together: once it is rotated both have another name. Nil
    /// when there is none.
    init?(current folder: String) throws(SystemError) {
        name = nil
        path = folder + "/current"
        indexPath = path + ".idx"
        guard try openPlain(path) else { return nil }
        isOpen = true
        guard let index = try? Descriptor(opening: indexPath, O_RDONLY | O_NOFOLLOW) else { return }
        inode = try FileStatus(of: index.raw).inode
        openedIndex = consume index
    }

    /// A rotated file. The index of the newest may still be called that of `current`.
    init(_ folder: String, _ name: String, isNewest: Bool = false) {
        self.name = name
        path = folder + "/" + name + ".log"
        let own = folder + "/" + name + ".idx"
        indexPath = isNewest && !Files.exists(own) ? folder + "/current.idx" : own
    }

    /// What a cursor calls it; 0 when it is gone.
    private(set) lazy var inode = (try? FileStatus(at: indexPath).inode) ?? ownInode

    /// The inode of the log file itself.
    private(set) lazy var ownInode: UInt64 = {
        let status = (try? FileStatus(at: path)) ?? (try? FileStatus(at: path + RotatedName.compressedEnding))
        return status?.inode ?? 0
    }()

    /// Bytes of its content.
    func size() throws(SystemError) -> Int64 {
        try open()
        return compressed?.size ?? plainSize
    }

    /// Reads at most `count` bytes of its content at `offset`; fewer at its end and before what is damaged.
    func read(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        try open()
        if let compressed { return try compressed.read(at: offset, count: count) }
        return try plain?.bytes(at: offset, count: count) ?? []
    }

    /// Where what can be read goes on behind a damage at `offset`; nil when nothing there is damaged.
    func damageEnd(at offset: Int64) -> Int64? {
        guard let compressed, offset < compressed.size else { return nil }
        do throws(SystemError) {
            _ = try compressed.read(at: offset, count: 1)
            return nil
        } catch {
            return error.code == EBADMSG ? compressed.frameEnd(at: offset) : nil
        }
    }

    /// When the bytes up to `end` had arrived.
    func time(at end: Int64) -> Int64 {
        openIndex()
        return reader?.time(at: end) ?? modified
    }

    /// Where what had arrived at `wallMicroseconds` or later begins; nil when nothing of it had.
    func begin(since wallMicroseconds: Int64) throws(SystemError) -> Int64? {
        let size = try size()
        openIndex()
        return reader?.begin(since: wallMicroseconds, size: size)
    }

    /// The launch that wrote its first bytes; nil where that is not known.
    func firstLaunch() -> UInt64? {
        openIndex()
        return reader?.firstLaunch
    }

    /// The parts that `launch` wrote, in order; all of it without one.
    func parts(of launch: UInt64?) throws(SystemError) -> [Range<Int64>] {
        let size = try size()
        guard let launch else { return [0..<size] }
        openIndex()
        return reader?.ranges(of: launch, size: size) ?? []
    }

    private func open() throws(SystemError) {
        guard !isOpen else { return }
        // Compressed, a plain one is removed after the other has its name.
        if try !openPlain(path), let file = try Self.openIfThere(path + RotatedName.compressedEnding) {
            modified = try FileStatus(of: file.raw).modifiedMicroseconds
            compressed = try CompressedFile(file)
        }
        isOpen = true
    }

    private func openPlain(_ path: String) throws(SystemError) -> Bool {
        guard let file = try Self.openIfThere(path) else { return false }
        let status = try FileStatus(of: file.raw)
        guard status.kind == .regular else { return false }
        plainSize = status.size
        ownInode = status.inode
        modified = status.modifiedMicroseconds
        plain = consume file
        return true
    }

    private func openIndex() {
        guard reader == nil else { return }
        try? open()
        if openedIndex == nil { openedIndex = try? Descriptor(opening: indexPath, O_RDONLY | O_NOFOLLOW) }
        let index = openedIndex.take()
        reader = IndexReader(index, fallback: modified)
    }

    private static func openIfThere(_ path: String) throws(SystemError) -> Descriptor? {
        do {
            return try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }
}
