// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Numbered lines of 100 bytes, written to stdout in chunks of 64 KiB as a program with a buffer does.
enum LineGenerator {
    static let lineBytes = 100
    private static let chunkBytes = 64 << 10
    private static let digits = 12

    /// Line `number`, with its newline.
    static func line(_ number: Int) -> [UInt8] {
        let text = String(number)
        let head = String(repeating: "0", count: digits - text.utf8.count) + text
        let rest = " info gateway: a line of the usual length about a request that took a while and then went well "
        return Array((head + rest).utf8.prefix(lineBytes - 1)) + [UInt8(ascii: "\n")]
    }

    /// Writes `megabytes` million bytes; false when stdout does not take them.
    static func run(megabytes: Int) -> Bool {
        var template = line(0)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes + lineBytes, alignment: 64)
        defer { chunk.deallocate() }
        var filled = 0
        for _ in 0..<(megabytes * 1_000_000 / lineBytes) {
            chunk.baseAddress?.advanced(by: filled).copyMemory(from: &template, byteCount: lineBytes)
            filled += lineBytes
            countUp(&template)
            guard filled >= chunkBytes else { continue }
            guard writeAll(chunk, chunkBytes) else { return false }
            filled -= chunkBytes
            chunk.copyMemory(from: UnsafeRawBufferPointer(rebasing: chunk[chunkBytes..<chunkBytes + filled]))
        }
        return writeAll(chunk, filled)
    }

    private static func countUp(_ line: inout [UInt8]) {
        for index in (0..<digits).reversed() {
            if line[index] < UInt8(ascii: "9") {
                line[index] += 1
                return
            }
            line[index] = UInt8(ascii: "0")
        }
    }

    private static func writeAll(_ bytes: UnsafeMutableRawBufferPointer, _ count: Int) -> Bool {
        var done = 0
        while done < count {
            let written = write(1, bytes.baseAddress?.advanced(by: done), count - done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            done += written
        }
        return true
    }
}

/// `hostd-bench logs-generator --megabytes N`.
func runLogsGenerator(_ arguments: [String]) -> Int {
    LineGenerator.run(megabytes: option("--megabytes", in: arguments).flatMap { Int($0) } ?? 1000) ? 0 : 1
}
