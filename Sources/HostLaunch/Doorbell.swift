// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// The datagram socket on which keepers say that a record has changed.
final class Doorbell {
    /// One ring.
    struct Ring {
        let instance: InstanceID
        let event: String
        /// The record as just written; nil when the event has none.
        let record: FieldText?
        /// The kernel's word on who sent it.
        let pid: Int32
    }

    private static let messageLimitBytes = 16384
    /// So many rings are taken before other sources have their turn.
    private static let batch = 64

    private let socket: Descriptor
    private var source: IOSource?
    private let handler: (Ring) -> Void
    private var buffer = [UInt8](repeating: 0, count: messageLimitBytes)

    init(loop: EventLoop, path: String, handler: @escaping (Ring) -> Void) throws(SystemError) {
        socket = try Sockets.datagramReceiver(at: path)
        self.handler = handler
        source = try loop.watch(socket.raw, .readable) { [weak self] _ in self?.take() }
    }

    private func take() {
        for _ in 0..<Self.batch {
            guard let ring = receive() else { return }
            if let ring = ring.value { handler(ring) }
        }
    }

    private struct Received { let value: Ring? }

    /// The next datagram; nil when none is waiting.
    private func receive() -> Received? {
        var pid: Int32 = 0
        var uid: UInt32 = 0
        let raw = socket.raw
        let count = buffer.withUnsafeMutableBytes {
            chost_receive_with_credentials(raw, $0.baseAddress, $0.count, &pid, &uid)
        }
        guard count >= 0 else { return nil }
        guard uid == getuid() || uid == 0 else { return Received(value: nil) }
        let text = String(decoding: buffer.prefix(count), as: UTF8.self)
        let lines = text.split(separator: "\n", maxSplits: 1)
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 2, let instance = InstanceID(String(words[0])) else { return Received(value: nil) }
        let record = lines.count == 2 ? FieldText(parsing: lines[1]) : nil
        return Received(value: Ring(instance: instance, event: String(words[1]), record: record, pid: pid))
    }
}
