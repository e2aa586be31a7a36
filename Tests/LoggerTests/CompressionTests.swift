// SPDX-License-Identifier: Apache-2.0

import CHost
import CZstd
import Glibc
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// The compressed form of a finished file, as docs/logger.md describes it.
@Suite struct CompressionTests {
    private let place: TemporaryFolder
    private let path: String

    init() throws {
        place = try TemporaryFolder()
        path = place.path + "/20261124T131502.123456Z.log"
    }

    /// Content of `size` bytes in numbered lines.
    private func lines(_ size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var number = 1
        while bytes.count < size {
            bytes += "line \(number) of a log that is long enough to fill frames\n".utf8
            number += 1
        }
        return Array(bytes.prefix(size))
    }

    private func compress(_ content: [UInt8]) throws -> [UInt8] {
        try Files.replace(path, with: content)
        try Compression.compress(path)
        return try Files.read(path + ".zst", limit: 64 << 20)
    }

    private func word(_ bytes: [UInt8], at offset: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << ($1 * 8) }
    }

    @Test(arguments: [0, 1, 1 << 20, (1 << 20) + 1, 5_000_000])
    func anyDecompressorGetsTheBytesBack(size: Int) throws {
        let content = lines(size)
        let compressed = try compress(content)
        #expect(try LogContent.decompress(compressed) == content)
        #expect(try Files.list(place.path) == ["20261124T131502.123456Z.log.zst"])
    }

    @Test func theTableSaysWhereEachFrameBeginsAndWhatItHolds() throws {
        let content = lines(2_500_000)
        let bytes = try compress(content)
        #expect(word(bytes, at: bytes.count - 4) == Int(SeekableZstd.footerMagic))
        #expect(bytes[bytes.count - 5] == 0)
        let frames = word(bytes, at: bytes.count - 9)
        #expect(frames == 3)
        let table = bytes.count - 9 - frames * 8
        #expect(word(bytes, at: table - 8) == Int(SeekableZstd.tableMagic))
        #expect(word(bytes, at: table - 4) == frames * 8 + 9)
        var place = 0
        var told = 0
        for frame in 0..<frames {
            let size = word(bytes, at: table + frame * 8)
            let held = word(bytes, at: table + frame * 8 + 4)
            let alone = Array(bytes[place..<place + size])
            #expect(ZSTD_getFrameContentSize(alone, alone.count) == UInt64(held))
            #expect(try LogContent.decompress(alone) == Array(content[told..<told + held]))
            place += size
            told += held
        }
        #expect(told == content.count && place == table - 8 - SeekableZstd.originBytes)
    }

    @Test func theInodeOfTheFileStandsBeforeTheTable() throws {
        try Files.replace(path, with: lines(10))
        let inode = try FileStatus(at: path).inode
        try Compression.compress(path)
        let bytes = try Files.read(path + ".zst")
        let origin = Array(bytes[(bytes.count - 25 - 24)..<(bytes.count - 25)])
        #expect(word(origin, at: 0) == Int(SeekableZstd.originMagic) && word(origin, at: 4) == 16)
        #expect(Array(origin[8..<16]) == Array("hostdlog".utf8))
        #expect(UInt64(word(origin, at: 16)) | UInt64(word(origin, at: 20)) << 32 == inode)
    }

    @Test func theTimeOfTheFileIsKept() throws {
        try Files.replace(path, with: lines(10))
        let time = timespec(tv_sec: 1_000_000_000, tv_nsec: 123_456_000)
        let file = try Descriptor(opening: path, O_WRONLY)
        #expect(futimens(file.raw, [time, time]) == 0)
        try Compression.compress(path)
        #expect(try FileStatus(at: path + ".zst").modifiedMicroseconds == 1_000_000_000_123_456)
    }

    @Test func aFileThatIsGoneIsFine() throws {
        try Compression.compress(path)
        #expect(try Files.list(place.path) == [])
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can fill a disk"))
    func onAFullDiskTheFileStaysAsItWas() throws {
        let disk = try SmallDisk(pages: 64)
        let log = disk.path + "/20261124T131502.123456Z.log"
        let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
        try Files.replace(log, with: content)
        try disk.fill()
        #expect(throws: SystemError.self) { try Compression.compress(log) }
        try disk.free()
        #expect(try Files.read(log) == content)
        #expect(try Files.list(disk.path).filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".zst") } == [])
        try Compression.compress(log)
        #expect(try LogContent.decompress(Files.read(log + ".zst")) == content)
    }
}
