// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
internal import HostLinux

/// What a waiting keeper is told: arguments and environment, with the lock and the listening sockets of its launch
/// (docs/keeper.md, "Start").
struct KeeperMessage {
    private static let magic: UInt32 = 0x4b50_4552
    static let limitBytes = 128 * 1024

    private let bytes: [UInt8]

    init(arguments: [String], environment: [String]) {
        var message: [UInt8] = []
        for number in [Self.magic, UInt32(arguments.count), UInt32(environment.count), 0] {
            withUnsafeBytes(of: number) { message += $0 }
        }
        for text in arguments + environment {
            message += text.utf8
            message.append(0)
        }
        bytes = message
    }

    /// Nil for one that is longer than a keeper reads.
    var sizeBytes: Int? { bytes.count <= Self.limitBytes ? bytes.count : nil }

    /// Puts it into the queue of whoever has the other end of `socket`; false when there is no room or nobody.
    func send(on socket: Int32, descriptors: [Int32]) -> Bool {
        let sent = bytes.withUnsafeBytes {
            chost_send_with_descriptors(socket, $0.baseAddress, $0.count, descriptors, descriptors.count)
        }
        return sent == bytes.count
    }
}
