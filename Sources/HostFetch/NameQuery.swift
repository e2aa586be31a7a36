// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux
public import HostLoop

/// Asks one name server for the IPv4 address of a name, by one datagram (RFC 1035).
public final class NameQuery {
    private static let answerLimit = 512

    private let loop: EventLoop
    private let began: Instant
    private let query: [UInt8]
    private var socket: Descriptor?
    private var source: IOSource?
    private var timer: TimerSource?
    private var then: ((NetworkSample) -> Void)?

    private init(_ loop: EventLoop, _ query: [UInt8], then: @escaping (NetworkSample) -> Void) {
        self.loop = loop
        self.query = query
        self.then = then
        began = loop.now
    }

    /// Asks `server` for `name`; `then` is called once, never before `run` returns. That the name does not exist is an
    /// answer as good as any.
    public static func run(
        loop: EventLoop, name: String, server: SocketAddress, timeout: Duration,
        then: @escaping (NetworkSample) -> Void
    ) {
        let id = UInt16.random(in: 0...UInt16.max)
        let query = NameQuery(loop, DNSMessage.query(name, id: id), then: then)
        // The timer keeps the query alive until it is finished.
        query.timer = try? loop.timer { query.finish(.failed(.silent, "no answer in \(timeout.text)")) }
        query.timer?.arm(at: query.began + timeout)
        query.send(to: server)
    }

    private func send(to server: SocketAddress) {
        do throws(SystemError) {
            let socket = try server.connectDatagram()
            let raw = socket.raw
            self.socket = consume socket
            source = try loop.watch(raw, .readable) { [weak self] _ in self?.heard() }
            Sockets.sendNow(raw, query)
        } catch {
            loop.later { self.finish(.failed(NetworkFailure(errno: error.code), connectFailure(error.code))) }
        }
    }

    private func heard() {
        guard let raw = socket?.raw else { return }
        switch Sockets.peek(raw, upTo: Self.answerLimit) {
        case .later: return
        case .end:
            // The kernel has told the reason to the look, which keeps it to itself; nearly always the port is closed.
            finish(.failed(.refused, "nobody answers at the port of the name server"))
        case .bytes(let bytes):
            _ = Sockets.discard(raw, upTo: Self.answerLimit)
            guard let answer = DNSMessage.code(ofAnswer: bytes, to: query) else { return }
            // 3: there is no such name.
            guard answer == 0 || answer == 3 else {
                return finish(.failed(.name, "the name server says \(DNSMessage.text(ofCode: answer))"))
            }
            finish(.answered(loop.now - began))
        }
    }

    private func finish(_ outcome: NetworkSample.Outcome) {
        guard let then else { return }
        self.then = nil
        timer = nil
        source = nil
        socket = nil
        then(NetworkSample(outcome))
    }
}

/// The little of RFC 1035 that a question and the head of its answer need.
nonisolated enum DNSMessage {
    /// A question for the IPv4 addresses of `name`, to be answered by whatever it takes.
    static func query(_ name: String, id: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        for label in name.split(separator: ".") {
            bytes.append(UInt8(truncatingIfNeeded: label.utf8.count))
            bytes += label.utf8
        }
        return bytes + [0, 0, 1, 0, 1]
    }

    /// The code of an answer; nil when this is no answer to that question.
    static func code(ofAnswer answer: [UInt8], to query: [UInt8]) -> UInt8? {
        guard answer.count >= 12, answer[0...1] == query[0...1], answer[2] & 0x80 != 0 else { return nil }
        return answer[3] & 0x0F
    }

    static func text(ofCode code: UInt8) -> String {
        switch code {
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        default: "code \(code)"
        }
    }
}
