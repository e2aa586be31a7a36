// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// hostctl on a terminal.
struct PseudoTerminal {
    // posix_openpt(3) and its like are not in Glibc's module: what they call.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    /// Runs it with a terminal of so many columns as stdout and stderr; `out` is all that came there.
    static func run(
        _ arguments: [String], at standIn: StandIn? = nil, columns: UInt16 = 80, environment: [String: String] = [:]
    ) throws -> Hostctl.Result {
        let master = try Descriptor(opening: "/dev/ptmx", O_RDWR | O_NOCTTY)
        let raw = master.raw
        var locked: Int32 = 0
        try check("ioctl TIOCSPTLCK") { ioctl(raw, setLock, &locked) }
        var number: UInt32 = 0
        try check("ioctl TIOCGPTN") { ioctl(raw, getNumber, &number) }
        var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        try check("ioctl TIOCSWINSZ") { ioctl(raw, UInt(TIOCSWINSZ), &size) }
        let path = "/dev/pts/\(number)"
        let slave = try Descriptor(opening: path, O_RDWR | O_NOCTTY)

        let pid = try Hostctl.start(
            arguments, at: standIn, environment: environment, out: .descriptor(slave.raw),
            err: .descriptor(slave.raw))
        var bytes: [UInt8] = []
        var status: Int32 = 0
        try waitUntil("the end of hostctl on a terminal", seconds: 60) {
            let hasEnded = waitpid(pid, &status, WNOHANG) == pid
            while Poll.readable(master.raw, milliseconds: 0) { bytes += try master.read(upTo: 4096) }
            return hasEnded
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return Hostctl.Result(
            code: status >> 8 & 0xFF,
            out: text.split(separator: "\r\n", omittingEmptySubsequences: false)
                .joined(separator: "\n"), err: "")
    }
}
