// SPDX-License-Identifier: Apache-2.0

internal import CZstd
internal import Glibc
internal import HostLinux

/// Decompresses one zstd frame of a file, piece by piece, in bounded memory.
enum ZstdFrame {
    /// Pieces of the file and of the content are as big as this, in bytes.
    private static let pieceBytes = 128 << 10
    /// 8 MiB: no frame that needs a bigger window is read.
    private static let windowLog: Int32 = 23

    /// Hands the content of the frame at `start` to `take`, which says whether it wants more. Where the frame ends; nil
    /// when `take` had enough. EBADMSG for what is no frame or is damaged.
    static func unpack(
        _ file: borrowing Descriptor, at start: Int64, _ take: (UnsafeRawBufferPointer) -> Bool
    ) throws(SystemError) -> Int64? {
        guard let context = ZSTD_createDCtx() else { throw SystemError(code: ENOMEM, call: "decompress") }
        defer { ZSTD_freeDCtx(context) }
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, windowLog)
        var content = [UInt8](repeating: 0, count: pieceBytes)
        var place = start
        while true {
            let piece = try file.bytes(at: place, count: pieceBytes)
            guard !piece.isEmpty else { throw SystemError(code: EBADMSG, call: "decompress") }
            var used = 0
            switch step(context, piece, &used, into: &content, take) {
            case .wantsMore: place += Int64(used)
            case .ended: return place + Int64(used)
            case .enough: return nil
            case .damaged: throw SystemError(code: EBADMSG, call: "decompress")
            }
        }
    }

    private enum Step { case wantsMore, ended, enough, damaged }

    private static func step(
        _ context: OpaquePointer, _ piece: [UInt8], _ used: inout Int, into content: inout [UInt8],
        _ take: (UnsafeRawBufferPointer) -> Bool
    ) -> Step {
        piece.withUnsafeBytes { source in
            content.withUnsafeMutableBytes { target in
                var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
                defer { used = input.pos }
                while true {
                    var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                    let left = ZSTD_decompressStream(context, &output, &input)
                    guard ZSTD_isError(left) == 0 else { return .damaged }
                    if output.pos > 0, !take(UnsafeRawBufferPointer(rebasing: target[..<output.pos])) {
                        return .enough
                    }
                    if left == 0 { return .ended }
                    if input.pos == input.size, output.pos < output.size { return .wantsMore }
                }
            }
        }
    }
}
