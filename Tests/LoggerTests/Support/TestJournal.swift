// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// Where journald would listen: reads entries of its native protocol.
final class TestJournal {
    let path: String
    private let socket: Descriptor

    init(in folder: String) throws {
        path = folder + "/journal"
        socket = try Sockets.datagramReceiver(at: path)
    }

    /// The next entry; nil when none waits.
    func next() throws -> [String: [String]]? {
        var space = [UInt8](repeating: 0, count: 1 << 20)
        var handed: Descriptor?
        let count = receive(&space, &handed)
        guard count >= 0 else { return nil }
        guard let handed else { return Self.fields(Array(space.prefix(count))) }
        var bytes = [UInt8](repeating: 0, count: try handed.size())
        let read = try bytes.withUnsafeMutableBytes { try handed.read(into: $0, at: 0) }
        return Self.fields(Array(bytes.prefix(read)))
    }

    /// All entries that wait.
    func all() throws -> [[String: [String]]] {
        var entries: [[String: [String]]] = []
        while let entry = try next() { entries.append(entry) }
        return entries
    }

    /// A datagram, and the descriptor that came with it.
    private func receive(_ space: inout [UInt8], _ handed: inout Descriptor?) -> Int {
        var control = [UInt8](repeating: 0, count: 256)
        let (count, length) = space.withUnsafeMutableBytes { bytes in
            control.withUnsafeMutableBytes { extra in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return withUnsafeMutablePointer(to: &part) { parts in
                    var message = msghdr()
                    message.msg_iov = parts
                    message.msg_iovlen = 1
                    message.msg_control = extra.baseAddress
                    message.msg_controllen = extra.count
                    let count = recvmsg(socket.raw, &message, Int32(MSG_DONTWAIT))
                    return (count, Int(message.msg_controllen))
                }
            }
        }
        // Headers of 16 bytes: length (8), level (4), type (4).
        var place = 0
        while count >= 0, place + 16 <= length {
            let (size, type) = control.withUnsafeBytes { bytes in
                (
                    Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)),
                    bytes.loadUnaligned(fromByteOffset: place + 12, as: Int32.self)
                )
            }
            if type == 1 {
                let raw = control.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place + 16, as: Int32.self) }
                handed = Descriptor(owning: raw)
            }
            place += max((size + 7) / 8 * 8, 16)
        }
        return count
    }

    /// `NAME=value`, or `NAME`, the length in 8 bytes, and the value.
    private static func fields(_ bytes: [UInt8]) -> [String: [String]] {
        var fields: [String: [String]] = [:]
        var place = 0
        while place < bytes.count, let end = bytes[place...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = bytes[place..<end]
            if let equals = line.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: line[..<equals], as: UTF8.self)
                fields[name, default: []].append(String(decoding: line[(equals + 1)...], as: UTF8.self))
                place = end + 1
            } else {
                let size = bytes[(end + 1)...].prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                let value = bytes[(end + 9)...].prefix(size)
                fields[String(decoding: line, as: UTF8.self), default: []].append(
                    String(decoding: value, as: UTF8.self))
                place = end + 9 + size + 1
            }
        }
        return fields
    }
}
