// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// One connection with its one request, whose header is known. libmicrohttpd owns the socket; this knows how far the
/// request is and until when it may be there.
@MainActor
final class ControlConnection {
    enum Phase {
        /// libmicrohttpd has not read the header.
        case header
        /// The body is not complete.
        case body
        /// The handler has the request.
        case handling
        /// The answer goes on as long as the client stays.
        case streaming
        /// The answer is on its way, or the connection is being closed.
        case ending
    }

    enum Reply {
        case whole(ControlAnswer)
        case stream(ControlStream)
    }

    let socket: Int32
    let peer: ControlPeer
    let rank: Rank
    let head: RequestHead
    let target: RequestTarget
    let mayChange: Bool
    var phase = Phase.header
    /// When the connection is cut; nil while the handler has the request, or a stream nothing to send.
    var deadline: Instant?
    var body: [UInt8] = []
    var isBodyTooBig = false
    /// What the handler said, before it is sent.
    private(set) var reply: Reply?
    weak var server: ControlServer?
    private let daemon: HTTPDaemon
    /// libmicrohttpd's connection, once there is a request.
    var handle: OpaquePointer?
    private var isSuspended = false
    private weak var responder: ControlResponder?
    private var hangup: IOSource?

    init(
        socket: Int32, peer: ControlPeer, rank: Rank, head: RequestHead, target: RequestTarget, mayChange: Bool,
        deadline: Instant,
        daemon: HTTPDaemon
    ) {
        self.daemon = daemon
        self.socket = socket
        self.peer = peer
        self.rank = rank
        self.head = head
        self.target = target
        self.mayChange = mayChange
        self.deadline = deadline
    }

    /// The stream, once there is one.
    var stream: ControlStream? {
        if case .stream(let stream) = reply { stream } else { nil }
    }

    /// Hands the request out.
    func handOut(_ body: (ControlResponder) -> Void) {
        phase = .handling
        deadline = nil
        let responder = ControlResponder(self)
        self.responder = responder
        body(responder)
    }

    /// Waits for the answer, or for more of it. libmicrohttpd does not see a client go meanwhile: the loop does.
    func suspend(on loop: EventLoop) {
        isSuspended = true
        hangup = try? loop.watch(socket, .hangup) { [weak self] _ in
            self?.responder?.disconnect()
            self?.stream?.closed()
            self?.wakeUp()
        }
    }

    func finish(_ reply: Reply) {
        guard phase == .handling, self.reply == nil else { return }
        self.reply = reply
        wakeUp()
    }

    /// A piece of the stream waits for the client to take it, or has been taken.
    func streamMoved(isWaiting: Bool) {
        if phase == .streaming { server?.streamMoved(self, isWaiting: isWaiting) }
    }

    /// A stream has something to send.
    func wakeStream() {
        if phase == .streaming { wakeUp() }
    }

    /// Goes on with what was suspended, with or without an answer.
    func wakeUp() {
        hangup = nil
        guard isSuspended, let handle else { return }
        isSuspended = false
        daemon.resume(handle)
    }

    /// libmicrohttpd has closed the socket.
    func closed() {
        isSuspended = false
        handle = nil
        hangup = nil
        responder?.disconnect()
        stream?.closed()
    }
}
