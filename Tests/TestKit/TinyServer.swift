// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A TCP server on 127.0.0.1 that does what a test says, in a thread for each connection.
public final class TinyServer: Sendable {
    /// The port it listens on.
    public let port: UInt16
    private let listener: Int32

    /// Listens on a free port; `answer` gets each connection and says everything that happens on it.
    public init(_ answer: @escaping @Sendable (borrowing TinyConnection) -> Void) throws {
        let (listener, port) = try Self.listening()
        self.listener = listener
        self.port = port
        inBackground {
            while true {
                let accepted = accept(listener, nil, nil)
                if accepted < 0 { break }
                inBackground { answer(TinyConnection(socket: accepted)) }
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// A server that answers every request with `status` and `body`.
    public convenience init(status: String, body: String = "", headers: [String] = []) throws {
        let lines =
            ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"] + headers + ["", body]
        let text = lines.joined(separator: "\r\n")
        try self.init { connection in
            _ = connection.readHead()
            connection.send(text)
        }
    }

    /// A port that nobody listens on.
    public static func closedPort() throws -> UInt16 {
        let (listener, port) = try listening()
        close(listener)
        return port
    }

    static func listening(backlog: Int32 = 4096) throws -> (descriptor: Int32, port: UInt16) {
        let listener = try check("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            try check("bind") { bind(listener, pointer, length) }
            try check("listen") { listen(listener, backlog) }
            try check("getsockname") { getsockname(listener, pointer, &length) }
        }
        return (listener, address.sin_port.bigEndian)
    }
}

/// One connection of a TinyServer; closed at the end of its answer.
public struct TinyConnection: ~Copyable {
    private let socket: Int32

    fileprivate init(socket: Int32) {
        self.socket = socket
    }

    deinit {
        close(socket)
    }

    /// The head of a request, or what came of it before the client went.
    public func readHead() -> String {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {
            head.append(byte)
            if head.suffix(4) == [13, 10, 13, 10] { break }
        }
        return String(decoding: head, as: UTF8.self)
    }

    /// The next line without its end; nil when the client is gone.
    public func readLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {
            if byte == 10 { return String(decoding: line.last == 13 ? line.dropLast() : line[...], as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    /// So many bytes, or what came before the client went.
    public func read(_ count: Int) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < count, recv(socket, &byte, 1, 0) == 1 { bytes.append(byte) }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Sends all of `text`; false when the client is gone.
    @discardableResult
    public func send(_ text: String) -> Bool { send(bytes: Array(text.utf8)) }

    /// Sends all of `bytes`; false when the client is gone.
    @discardableResult
    public func send(bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent <= 0 { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// Waits until the client closes.
    public func waitForEnd() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) > 0 {}
    }

    /// Whether the client closes within `milliseconds`.
    public func ends(withinMilliseconds milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        return poll(&entry, 1, milliseconds) > 0 && recv(socket, &byte, 1, 0) <= 0
    }
}
