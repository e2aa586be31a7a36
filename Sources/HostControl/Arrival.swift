// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// A connection whose header has not come. The bytes are only looked at (MSG_PEEK): once the header is whole and may
/// pass, libmicrohttpd gets the socket and reads it anew. What may not pass is answered here.
@MainActor
final class Arrival {
    enum Turn {
        /// The header is whole.
        case head(RequestHead)
        /// It is none, or too long.
        case refused(Refusal)
        /// The client is gone, or has been told all there is to say.
        case over
    }

    let peer: ControlPeer
    let rank: Rank
    let since: Instant
    var deadline: Instant
    private(set) var isRefused = false
    /// Whether anything has come.
    var hasBegun: Bool { scanned > 0 }
    private var socket: Descriptor?
    private let raw: Int32
    private let limit: Int
    private var scanned = 0
    private var discarded = 0
    private var source: IOSource?

    /// Of what a refused client still sends, so much is read and thrown away: to close with bytes unread would take
    /// the answer away from a client on TCP.
    private static let discardLimit = 256 << 10

    init(
        _ socket: consuming Descriptor, _ peer: ControlPeer, _ rank: Rank, limit: Int, at now: Instant,
        deadline: Instant
    ) {
        raw = socket.raw
        self.socket = consume socket
        self.peer = peer
        self.rank = rank
        self.limit = limit
        since = now
        self.deadline = deadline
    }

    /// Tells each turn to `then`. Edge by edge: bytes that are only looked at stay readable.
    func begin(on loop: EventLoop, then: @escaping (Arrival, Turn) -> Void) throws(SystemError) {
        source = try loop.watch(raw, [.readable, .edges, .endOfSending]) { [weak self] events in
            guard let self, let turn = self.look(events) else { return }
            then(self, turn)
        }
    }

    private func look(_ events: IOEvents) -> Turn? {
        if isRefused { return discard() }
        let bytes: [UInt8]
        switch Sockets.peek(raw, upTo: limit) {
        case .bytes(let found): bytes = found
        case .later: return nil
        case .end: return .over
        }
        let end = RequestHead.end(of: bytes, from: scanned - 3)
        scanned = bytes.count
        if let end {
            do throws(Refusal) {
                return .head(try RequestHead(Array(bytes[..<end])))
            } catch {
                return .refused(error)
            }
        }
        if !RequestHead.canBegin(with: bytes) {
            return .refused(Refusal(400, "this is no HTTP", hint: "begin like GET /v1/status HTTP/1.1"))
        }
        if bytes.count >= limit {
            return .refused(Refusal(431, "the header is too long", hint: "at most \(limit) bytes"))
        }
        if !events.isDisjoint(with: [.endOfSending, .hangup, .error]) {
            return .refused(Refusal(400, "the header ends before its empty line"))
        }
        return nil
    }

    /// Says why it goes no further. Sending does not wait: a fresh socket has room for so few bytes.
    func refuse(_ refusal: Refusal, until deadline: Instant) {
        isRefused = true
        self.deadline = deadline
        Sockets.sendNow(raw, refusal.bytes)
        Sockets.endSending(raw)
    }

    /// Takes what a refused client has sent so far; `over` at its end.
    func discard() -> Turn? {
        while discarded < Self.discardLimit {
            switch Sockets.discard(raw, upTo: 65536) {
            case .bytes(let count): discarded += count
            case .later: return nil
            case .end: return .over
            }
        }
        return .over
    }

    /// The groups of the peer, which has these credentials.
    func groups(_ credentials: PeerCredentials) -> [UInt32] { credentials.groups(of: raw) }

    /// Gives the socket away.
    func take() -> Descriptor? {
        source = nil
        return socket.take()
    }

    /// Closes.
    func close() {
        source = nil
        _ = socket.take()
    }
}
