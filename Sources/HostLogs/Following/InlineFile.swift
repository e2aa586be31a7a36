// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The file of lines with their times, open for writing. Lines are put together in a space that its owner lends, and
/// written in one call.
final class InlineFile {
    /// The time and a space.
    static let stampBytes = Stamp.size + 1
    private static let lineFeed = UInt8(ascii: "\n")

    /// The inode number of the file.
    let inode: UInt64
    /// The size of the file.
    private(set) var end: Int64
    /// What was written last ends no line.
    private(set) var isInLine = false
    /// Bytes that are put together.
    private(set) var filled = 0

    private let file: Descriptor
    private var space = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var willBeInLine = false
    /// The time that `stamp` shows, in milliseconds since 1970.
    private var stampTime: Int64 = -1
    private let stamp = UnsafeMutableRawBufferPointer.allocate(byteCount: stampBytes, alignment: 16)

    /// Opens `folder/current`, making it when it is missing, and cuts off what stands behind `size`.
    init(folder: String, cutAt size: Int64? = nil) throws(SystemError) {
        let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK
        file = try Descriptor(opening: folder + "/current", flags, mode: 0o640)
        let status = try FileStatus(of: file.raw)
        guard status.kind == .regular else {
            throw SystemError(code: EINVAL, call: "use", subject: folder + "/current, which is no plain file")
        }
        if let size, size < status.size { try file.truncate(to: size) }
        inode = status.inode
        end = min(size ?? status.size, status.size)
        stamp[Stamp.size] = UInt8(ascii: " ")
    }

    deinit {
        stamp.deallocate()
    }

    /// Whether it still has a name and all its bytes.
    func isThere() throws(SystemError) -> Bool {
        let status = try FileStatus(of: file.raw)
        return status.links > 0 && status.size >= end
    }

    /// Begins to put lines together in `space`.
    func begin(in space: UnsafeMutableRawBufferPointer) {
        self.space = space
        filled = 0
        willBeInLine = isInLine
    }

    /// Puts a line, or a part of one, behind those that are there; false when there is no room.
    func add(_ line: UnsafeRawPointer, length: Int, wall: Int64, ends: Bool) -> Bool {
        guard filled + Self.stampBytes + length < space.count, var place = space.baseAddress else { return false }
        place += filled
        if !willBeInLine {
            if wall / 1000 != stampTime {
                Stamp.write(wall, to: stamp)
                stampTime = wall / 1000
            }
            if let known = stamp.baseAddress { memcpy(place, known, Self.stampBytes) }
            place += Self.stampBytes
            filled += Self.stampBytes
        }
        memcpy(place, line, length)
        filled += length
        if ends {
            place.storeBytes(of: Self.lineFeed, toByteOffset: length, as: UInt8.self)
            filled += 1
        }
        willBeInLine = !ends
        return true
    }

    /// Writes what was put together, all of it or nothing.
    func write() throws(SystemError) {
        do throws(SystemError) {
            try file.write(UnsafeRawBufferPointer(rebasing: space[..<filled]), at: end)
        } catch {
            try? file.truncate(to: end)
            throw error
        }
        end += Int64(filled)
        isInLine = willBeInLine
    }

    /// What stands in a file behind `offset`: how many lines, and where the last of them ends.
    static func scan(
        _ file: FollowedFile, from offset: Int64, through buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> (lines: Int64, end: Int64) {
        var lines: Int64 = 0
        var end = offset
        var place = offset
        while true {
            let count = try file.read(into: buffer, at: place)
            if count == 0 { return (lines, end) }
            for index in 0..<count where buffer[index] == lineFeed {
                lines += 1
                end = place + Int64(index) + 1
            }
            place += Int64(count)
        }
    }
}
