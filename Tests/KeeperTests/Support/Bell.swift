// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLinux
import TestKit

/// The doorbell as hostd has it.
final class Bell {
    struct Ring {
        let instance: String
        let event: String
        let record: FieldText?
        let sender: Int32
    }

    private let socket: Descriptor
    private(set) var rings: [Ring] = []

    init(at path: String) throws {
        socket = try Sockets.datagramReceiver(at: path)
    }

    /// Takes what has come; false when nothing had.
    @discardableResult
    func take() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16384)
        var pid: Int32 = 0
        var uid: UInt32 = 0
        let raw = socket.raw
        let count = buffer.withUnsafeMutableBytes {
            chost_receive_with_credentials(raw, $0.baseAddress, $0.count, &pid, &uid)
        }
        guard count >= 0 else { return false }
        let lines = String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\n", maxSplits: 1)
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        rings.append(
            Ring(
                instance: words.first ?? "", event: words.count > 1 ? words[1] : "",
                record: lines.count > 1 ? FieldText(parsing: lines[1]) : nil, sender: pid))
        return true
    }

    /// Waits for an event.
    func ring(_ event: String) throws -> Ring {
        try waitFor("the doorbell to say \(event)") {
            while take() {}
            return rings.first { $0.event == event }
        }
    }

    /// All events so far.
    var events: [String] {
        while take() {}
        return rings.map(\.event)
    }
}
