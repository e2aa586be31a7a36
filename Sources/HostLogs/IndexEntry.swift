// SPDX-License-Identifier: Apache-2.0

/// One entry of an index file: the bytes of the log file up to `end` had arrived by `wallMicroseconds`. Or, with
/// `launchFlag`, what stands behind `end` was written by the launch whose number stands in the place of the time.
struct IndexEntry: Equatable {
    /// Bytes of an entry, and of the header of the file.
    static let size: Int64 = 16
    /// `hostdidx`, version 1, reserved.
    static let header: [UInt8] = Array("hostdidx".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
    /// The rotation cut a line here.
    static let cutFlag: UInt8 = 1
    /// What this entry covers was not written by the program: it is the line that tells what was lost.
    static let lossFlag: UInt8 = 2
    /// Another launch writes from here on.
    static let launchFlag: UInt8 = 4

    /// Offset in the log file.
    var end: Int64
    /// Microseconds since 1970.
    var wallMicroseconds: Int64
    /// See `cutFlag`, `lossFlag` and `launchFlag`.
    var flags: UInt8 = 0

    /// Whether it tells a time. What has flags that this version does not know does not.
    var isTime: Bool { flags & ~(Self.cutFlag | Self.lossFlag) == 0 }

    /// The number of the launch that writes from here on; nil where the entry tells of something else.
    var launch: UInt64? { flags == Self.launchFlag ? UInt64(bitPattern: wallMicroseconds) : nil }

    /// The two words as they stand in the file.
    var words: (UInt64, UInt64) {
        let time = UInt64(bitPattern: wallMicroseconds) & 0x00ff_ffff_ffff_ffff
        return (UInt64(end).littleEndian, (time | UInt64(flags) << 56).littleEndian)
    }

    /// Reads the 16 bytes of an entry.
    init(bytes: UnsafeRawBufferPointer) {
        let first = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self))
        let second = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        end = Int64(clamping: first)
        wallMicroseconds = Int64(bitPattern: second << 8) >> 8
        flags = UInt8(second >> 56)
    }

    /// Describes an entry.
    init(end: Int64, wallMicroseconds: Int64, flags: UInt8 = 0) {
        self.end = end
        self.wallMicroseconds = wallMicroseconds
        self.flags = flags
    }
}
