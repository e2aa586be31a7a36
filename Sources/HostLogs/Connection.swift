// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The connection to hostd: lines in, lines out, both bounded.
final class Connection {
    /// No more is read while so much waits to be sent.
    private static let outputPause = 256 << 10
    /// A peer that lets so much pile up is let go; it will ask again.
    private static let outputLimit = 4 << 20

    private let socket: Descriptor
    private let tools: Tools
    private let token: UInt64
    private var input: [UInt8] = []
    private var output: [UInt8] = []
    private var isSkipping = false
    private var watched: EpollEvents = .readable
    /// The peer is gone or was let go.
    private(set) var isClosed = false

    init(_ socket: consuming Descriptor, tools: Tools, token: UInt64) throws(SystemError) {
        try tools.epoll.add(socket.raw, .readable, token: token)
        self.socket = socket
        self.tools = tools
        self.token = token
    }

    /// Reads what has come and gives each line to `take`; nil stands for one that is too long.
    func receive(_ take: (String?) -> Void) {
        guard output.count < Self.outputPause else { return }
        let part: [UInt8]
        do throws(SystemError) {
            part = try socket.read(upTo: 64 << 10)
        } catch {
            if error.code != EAGAIN { isClosed = true }
            return
        }
        if part.isEmpty {
            isClosed = true
            return
        }
        for byte in part {
            if byte == UInt8(ascii: "\n") {
                isSkipping ? () : take(String(decoding: input, as: UTF8.self))
                isSkipping = false
                input.removeAll(keepingCapacity: true)
            } else if !isSkipping {
                input.append(byte)
                if input.count >= LoggerMessage.lineLimitBytes {
                    isSkipping = true
                    take(nil)
                }
            }
        }
    }

    /// Sends a line, now or when there is room.
    func send(_ line: String) {
        output += line.utf8
        if output.count > Self.outputLimit { isClosed = true }
    }

    /// Sends what waits as far as there is room.
    func flush() {
        while !output.isEmpty, !isClosed {
            let count = output.withUnsafeBytes { socket.send($0) }
            if count == Int(-EAGAIN) { break }
            if count == Int(-EINTR) { continue }
            if count < 0 {
                isClosed = true
                return
            }
            output.removeFirst(count)
        }
        var events: EpollEvents = output.count < Self.outputPause ? .readable : []
        if !output.isEmpty { events.insert(.writable) }
        guard events != watched, !isClosed else { return }
        watched = events
        do throws(SystemError) {
            try tools.epoll.modify(socket.raw, events, token: token)
        } catch {
            isClosed = true
        }
    }
}
