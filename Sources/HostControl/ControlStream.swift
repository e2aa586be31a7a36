// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An answer without an end: text that is sent piece by piece for as long as the client stays.
///
/// It holds one piece at a time, however slow its client is: whoever writes waits for `onDrained`. A client that does
/// not take a piece within `ControlLimits.streamPatience` is told so and cut.
@MainActor
public final class ControlStream {
    /// Called when all that was sent is on its way: now is the time to send more, at once or later.
    public var onDrained: (() -> Void)?
    /// Called once when the client is gone or was cut.
    public var onClosed: (() -> Void)?
    /// What a client is told that is cut for being slow.
    public var lateWord: [UInt8] = []
    /// Whether all that was sent is on its way.
    public var isDrained: Bool { offset == bytes.count }
    /// Whether anybody listens.
    public private(set) var isOpen = true
    let contentType: String
    private var bytes: [UInt8] = []
    private var offset = 0
    private var isEnding = false
    private weak var connection: ControlConnection?

    init(_ connection: ControlConnection, contentType: String) {
        self.connection = connection
        self.contentType = contentType
    }

    /// Sends a piece: whole events, each with the empty line that ends it.
    public func send(_ piece: [UInt8]) {
        guard isOpen, !isEnding, !piece.isEmpty else { return }
        if isDrained {
            bytes = piece
            offset = 0
        } else {
            bytes += piece
        }
        connection?.wakeStream()
    }

    /// Ends it after `last`; of what waits to be taken only the event goes out that has been begun.
    public func end(_ last: [UInt8]) {
        guard isOpen, !isEnding else { return }
        bytes.removeSubrange(endOfBegunEvent...)
        bytes += last
        isEnding = true
        connection?.wakeStream()
    }

    private var endOfBegunEvent: Int {
        guard offset > 0, offset < bytes.count else { return offset }
        var index = offset
        while index <= bytes.count {
            if index >= 2, bytes[index - 1] == 0x0A, bytes[index - 2] == 0x0A { return index }
            index += 1
        }
        return bytes.count
    }

    /// Fills libmicrohttpd's buffer: how many bytes, 0 when it is to wait, -1 at the end, -2 when nobody listens.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard isOpen else { return -2 }
        if isDrained {
            // It asks for more: the piece before is sent.
            connection?.streamMoved(isWaiting: false)
            if !isEnding { onDrained?() }
        }
        let count = min(buffer.count, bytes.count - offset)
        guard count > 0 else { return isEnding ? -1 : 0 }
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)]))
        }
        offset += count
        connection?.streamMoved(isWaiting: true)
        if isDrained {
            bytes.removeAll(keepingCapacity: false)
            offset = 0
        }
        return count
    }

    func closed() {
        guard isOpen else { return }
        isOpen = false
        let handler = onClosed
        onDrained = nil
        onClosed = nil
        handler?()
    }
}
