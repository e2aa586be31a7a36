// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// A compressed log file (docs/logger.md), read at any offset of its content: only the frames that are asked for are
/// decompressed, one is kept. Without a seek table that holds, the frames are looked for by decompressing all of it.
final class CompressedFile {
    /// A frame in the file and in the content.
    struct Frame {
        let place: Int64
        let begin: Int64
        let size: Int64
        var end: Int64 { begin + size }
    }

    private enum Magic {
        static let table: UInt32 = 0x184D_2A5E
        static let footer: UInt32 = 0x8F92_EAB1
    }

    private static let footerBytes: Int64 = 9
    private static let frameLimit = 1 << 20
    /// The content of a frame of our own; a bigger one is decompressed anew for each part of it.
    private static let keptBytes: Int64 = 1 << 20

    private let file: Descriptor
    private let frames: [Frame]
    private var kept: (begin: Int64, bytes: [UInt8])?

    /// Bytes of the content.
    var size: Int64 { frames.last?.end ?? 0 }

    /// Reads where the frames are.
    init(_ opened: consuming Descriptor) throws(SystemError) {
        file = opened
        frames = try Self.table(of: file) ?? Self.search(file)
    }

    /// At most `count` bytes of the content at `offset`; fewer at its end and before a frame that is damaged. EBADMSG
    /// where that frame is the first.
    func read(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = firstFrame(endingAfter: offset)
        while bytes.count < count, index < frames.count {
            let frame = frames[index]
            let skipped = max(offset - frame.begin, 0)
            let wanted = min(Int64(count - bytes.count), frame.size - skipped)
            do throws(SystemError) {
                bytes += try part(of: frame, at: skipped, count: Int(wanted))
            } catch {
                guard error.code == EBADMSG, !bytes.isEmpty else { throw error }
                return bytes
            }
            index += 1
        }
        return bytes
    }

    /// Where the frame ends that holds the byte at `offset`.
    func frameEnd(at offset: Int64) -> Int64 {
        let index = firstFrame(endingAfter: offset)
        return index < frames.count ? frames[index].end : size
    }

    private func firstFrame(endingAfter offset: Int64) -> Int {
        var low = 0
        var high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].end > offset { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func part(of frame: Frame, at skipped: Int64, count: Int) throws(SystemError) -> ArraySlice<UInt8> {
        if let kept, kept.begin == frame.begin { return kept.bytes[Int(skipped)..<Int(skipped) + count] }
        guard frame.size <= Self.keptBytes else { return try unpack(frame, skipping: Int(skipped), count)[...] }
        kept = nil
        let bytes = try unpack(frame, skipping: 0, Int(frame.size))
        kept = (frame.begin, bytes)
        return bytes[Int(skipped)..<Int(skipped) + count]
    }

    private func unpack(_ frame: Frame, skipping: Int, _ count: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var left = skipping
        _ = try ZstdFrame.unpack(file, at: frame.place) { piece in
            let skipped = min(left, piece.count)
            left -= skipped
            bytes.append(contentsOf: piece[skipped...].prefix(count - bytes.count))
            // The last piece of a frame shows whether its checksum is right: it is taken to its end.
            return bytes.count < count || skipping == 0
        }
        guard bytes.count == count else { throw SystemError(code: EBADMSG, call: "decompress") }
        return bytes
    }

    /// What the seek table says; nil when there is none, or it cannot be right.
    private static func table(of file: borrowing Descriptor) throws(SystemError) -> [Frame]? {
        let end = Int64(try file.size())
        let footer = try file.bytes(at: max(end - footerBytes, 0), count: Int(footerBytes))
        guard footer.count == Int(footerBytes), word(footer, 5) == Magic.footer else { return nil }
        let count = Int(word(footer, 0))
        let entryBytes = footer[4] & 0x80 == 0 ? 8 : 12
        let start = end - footerBytes - Int64(count * entryBytes) - 8
        guard count <= frameLimit, start >= 0 else { return nil }
        let table = try file.bytes(at: start, count: 8 + count * entryBytes)
        guard table.count == 8 + count * entryBytes, word(table, 0) == Magic.table,
            Int64(word(table, 4)) == end - start - 8
        else { return nil }
        var frames: [Frame] = []
        frames.reserveCapacity(count)
        var place: Int64 = 0
        for index in 0..<count {
            let size = Int64(word(table, 12 + index * entryBytes))
            // Frames that decompressors skip may stand among them.
            if size > 0 { frames.append(Frame(place: place, begin: frames.last?.end ?? 0, size: size)) }
            place += Int64(word(table, 8 + index * entryBytes))
        }
        return place <= start ? frames : nil
    }

    /// Finds the frames by decompressing one after the other, as far as that goes.
    private static func search(_ file: borrowing Descriptor) -> [Frame] {
        var frames: [Frame] = []
        var place: Int64 = 0
        while frames.count < frameLimit {
            var size: Int64 = 0
            let end = try? ZstdFrame.unpack(file, at: place) { piece in
                size += Int64(piece.count)
                return true
            }
            guard let end else { break }
            if size > 0 { frames.append(Frame(place: place, begin: frames.last?.end ?? 0, size: size)) }
            place = end
        }
        return frames
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    }
}
