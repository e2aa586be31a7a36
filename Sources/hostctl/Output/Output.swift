// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux
internal import HostWire

/// stdout, written in large pieces. A reader that has gone ends the program quietly: it has all it wanted.
final class Output {
    private var buffer: [UInt8] = []
    private static let limitBytes = 64 << 10

    /// Writes one line.
    func line(_ text: some StringProtocol) {
        buffer += text.utf8
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.limitBytes { flush() }
    }

    /// Writes several lines.
    func lines(_ lines: [String]) {
        for text in lines { line(text) }
    }

    /// Writes JSON as hostd sent it, on a line of its own.
    func json(_ bytes: [UInt8]) {
        buffer += bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= Self.limitBytes { flush() }
    }

    /// Hands over what was written so far.
    func flush() {
        guard !buffer.isEmpty else { return }
        do throws(SystemError) {
            try StandardDescriptors.write(buffer, to: 1)
        } catch {
            if error.code == EPIPE { exit(ExitCode.fine.rawValue) }
            StandardDescriptors.sayError("hostctl: cannot write the output: \(errorText(error.code))")
            exit(ExitCode.failed.rawValue)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Hands over what was written so far and waits until there is something to read from `raw`; ends the program when
    /// nobody reads any more.
    func wait(for raw: Int32) {
        flush()
        if !Poll.readable(raw, unlessReaderLeaves: 1) { exit(ExitCode.fine.rawValue) }
    }

    /// Hands over what was written so far and lets `milliseconds` pass; ends the program when nobody reads any more.
    func pause(milliseconds: Int32) {
        flush()
        if Poll.readerLeaves(1, within: milliseconds) { exit(ExitCode.fine.rawValue) }
    }
}
