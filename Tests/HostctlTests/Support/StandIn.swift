// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import Synchronization
import TestKit

/// What hostctl asked.
struct Question: Sendable {
    let method: String
    /// The path and query as they stand in the request.
    let target: String
    /// The fields of its header, in small letters.
    var fields: [String: String] = [:]
    var body: [UInt8] = []

    /// The path: `["v1", "services", "gateway"]`.
    var path: [String] { target.prefix { $0 != "?" }.split(separator: "/").map(String.init) }

    /// The service that it is about; empty where it is about none.
    var name: String { path.count > 2 && path[1] == "services" ? path[2] : "" }

    /// The value of a key of the query.
    func value(_ key: String) -> String? {
        for pair in target.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if sides[0] == key { return sides.count > 1 ? String(sides[1]) : "" }
        }
        return nil
    }
}

/// What a stand-in says.
enum Reply: Sendable {
    /// An answer as hostd gives it.
    case json(JSON, status: Int = 200)
    /// These bytes, then the end of the connection.
    case bytes([UInt8])
    /// A header that announces so many bytes, and that many zeros.
    case zeros(Int, announced: Bool)
    /// A stream of server-sent events: these pieces, one after the other; then it stays open until the client goes, or
    /// ends.
    case events([String], isChunked: Bool = false, stays: Bool = true)
    /// Nothing, until the client goes.
    case silence

    static func error(_ status: Int, _ text: String, hint: String? = nil) -> Reply {
        .json(ErrorAnswer(text, hint: hint).json, status: status)
    }
}

/// Stands in for hostd: a real socket and real HTTP, with answers that a test chooses.
final class StandIn: Sendable {
    typealias Answering = @Sendable (Question) -> Reply

    /// Where it listens.
    let socket: String
    private let folder: TemporaryFolder
    private let listener: Int32
    private let thread: pthread_t
    private let asked: Questions

    /// All that was asked so far.
    var questions: [Question] { asked.list.withLock { $0 } }

    /// `folder` holds its socket; without one it makes its own. With `refusal` every connection is told that, unread.
    init(in folder: TemporaryFolder? = nil, refusing refusal: ErrorAnswer? = nil, _ answering: @escaping Answering)
        throws
    {
        let folder = try folder ?? TemporaryFolder()
        self.folder = folder
        socket = folder.path + "/hostd.sock"
        let own = try UnixListener(path: socket)
        listener = own.raw
        let asked = Questions()
        self.asked = asked
        let box = Box(listener: own) { connection in
            if let refusal { return Self.say(.json(refusal.json, status: 503), to: connection) }
            guard let question = Self.question(connection) else { return }
            asked.list.withLock { $0.append(question) }
            Self.say(answering(question), to: connection)
        }
        thread = try startThread { box.acceptAll() }
    }

    deinit {
        Sockets.shutDown(listener)
        pthread_join(thread, nil)
    }

    private final class Questions: Sendable {
        let list = Mutex<[Question]>([])
    }

    private final class Box: Sendable {
        private let listener: UnixListener
        private let serve: @Sendable (borrowing Descriptor) -> Void

        init(listener: consuming UnixListener, serve: @escaping @Sendable (borrowing Descriptor) -> Void) {
            self.listener = listener
            self.serve = serve
        }

        func acceptAll() {
            while true {
                _ = Poll.readable(listener.raw, milliseconds: -1)
                guard let connection = try? listener.accept() else {
                    if isShutDown { return }
                    continue
                }
                let raw = connection.release()
                let serve = self.serve
                let thread = try? startThread {
                    let connection = Descriptor(owning: raw)
                    serve(connection)
                }
                if let thread { pthread_detach(thread) } else { close(raw) }
            }
        }

        private var isShutDown: Bool {
            var entry = pollfd(fd: listener.raw, events: 0, revents: 0)
            return poll(&entry, 1, 0) > 0
        }
    }

    /// Reads a request; nil when the client goes before its end.
    private static func question(_ connection: borrowing Descriptor) -> Question? {
        var bytes: [UInt8] = []
        func readOn() -> Bool {
            _ = Poll.readable(connection.raw, milliseconds: -1)
            guard let part = try? connection.read(upTo: 4096), !part.isEmpty else { return false }
            bytes += part
            return true
        }
        let mark = Array("\r\n\r\n".utf8)
        var end: Int?
        while end == nil {
            guard readOn() else { return nil }
            end = bytes.firstRange(of: mark)?.upperBound
        }
        let lines = String(decoding: bytes[..<(end ?? 0)], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        var question = Question(method: String(words[0]), target: String(words[1]))
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            question.fields[sides[0].lowercased()] = String(sides[1].dropFirst())
        }
        let length = question.fields["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count < (end ?? 0) + length { guard readOn() else { return nil } }
        question.body = Array(bytes.dropFirst(end ?? 0))
        return question
    }

    private static func say(_ reply: Reply, to connection: borrowing Descriptor) {
        switch reply {
        case .json(let json, let status):
            let body = json.bytes
            send(head(status, ["Content-Type: application/json", "Content-Length: \(body.count)"]) + body, connection)
        case .bytes(let bytes):
            send(bytes, connection)
        case .zeros(let count, let announced):
            send(head(200, announced ? ["Content-Length: \(count)"] : []), connection)
            let part = [UInt8](repeating: UInt8(ascii: "0"), count: 1 << 20)
            for _ in 0..<(count >> 20) where !send(part, connection) { return }
        case .events(let pieces, let isChunked, let stays):
            let coding = isChunked ? ["Transfer-Encoding: chunked"] : []
            send(head(200, ["Content-Type: text/event-stream; charset=utf-8"] + coding), connection)
            for piece in pieces {
                let size = String(piece.utf8.count, radix: 16)
                send(Array((isChunked ? "\(size)\r\n\(piece)\r\n" : piece).utf8), connection)
            }
            if stays { waitForEnd(connection) } else if isChunked { send(Array("0\r\n\r\n".utf8), connection) }
        case .silence: waitForEnd(connection)
        }
    }

    private static func waitForEnd(_ connection: borrowing Descriptor) {
        while Poll.readable(connection.raw, milliseconds: -1),
            let part = try? connection.read(upTo: 4096), !part.isEmpty
        {}
    }

    private static func head(_ status: Int, _ fields: [String]) -> [UInt8] {
        Array((["HTTP/1.1 \(status) Word"] + fields + ["Connection: close", "", ""]).joined(separator: "\r\n").utf8)
    }

    /// False when the client does not want it any more.
    @discardableResult
    private static func send(_ bytes: [UInt8], _ connection: borrowing Descriptor) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            Poll.writable(connection.raw, milliseconds: -1)
            let sent = rest.withUnsafeBytes { connection.send($0) }
            if sent < 0 && sent != -Int(EAGAIN) { return false }
            rest = rest.dropFirst(max(0, sent))
        }
        return true
    }
}

/// Runs `body` on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) throws -> pthread_t {
    final class Work: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let code = pthread_create(
        &thread, nil,
        { pointer in
            guard let pointer else { return nil }
            Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
            return nil
        }, work.toOpaque())
    guard code == 0 else {
        work.release()
        throw SystemError(code: code, call: "start a thread")
    }
    return thread
}
