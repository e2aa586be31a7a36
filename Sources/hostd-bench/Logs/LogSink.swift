// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// What one run of a sink took.
struct CaptureResult {
    /// From the start of the writer until the last byte was in the file.
    let seconds: Double
    /// Processor time of the sink.
    let sinkSeconds: Double
    /// Processor time of the writer.
    let writerSeconds: Double
}

/// A program that takes lines from a pipe into files.
protocol LogSink {
    var name: String { get }
    /// Takes part of the usual amount, since it is slow.
    var isSlow: Bool { get }
    /// How much a line grows by its time.
    var stampBytes: Int { get }
    /// Where in its folder the lines are, with a slash in front.
    var subfolder: String { get }
    /// Whether a file in `folder` holds lines.
    func isLogFile(_ name: String) -> Bool
    /// Lets `megabytes` million bytes be written into files in `folder`.
    func capture(megabytes: Int, into folder: String) throws(SystemError) -> CaptureResult
}

/// Bytes that did not arrive.
struct CaptureLoss: Error, CustomStringConvertible {
    let description: String
}

extension LogSink {
    var subfolder: String { "" }

    /// Throws unless all lines are in the files of `folder`: the number of bytes and the last line say so.
    func verify(megabytes: Int, in folder: String) throws {
        let count = megabytes * 1_000_000 / LineGenerator.lineBytes
        let wanted = count * (LineGenerator.lineBytes + stampBytes)
        let last = LineGenerator.line(count - 1)
        var total = 0
        var hasLast = false
        for name in try Files.list(folder) where isLogFile(name) {
            let file = try Descriptor(opening: folder + "/" + name, 0)
            let size = try file.size()
            total += size
            guard size >= last.count else { continue }
            var end = [UInt8](repeating: 0, count: last.count)
            _ = try end.withUnsafeMutableBytes { bytes throws(SystemError) in
                try file.read(into: bytes, at: Int64(size - last.count))
            }
            if end == last { hasLast = true }
        }
        guard total == wanted else {
            throw CaptureLoss(description: "\(name): \(total) bytes arrived of \(wanted)")
        }
        guard hasLast else { throw CaptureLoss(description: "\(name): the last line is missing") }
    }
}
