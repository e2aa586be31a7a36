// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// One connection, which carries one request. libmicrohttpd owns the socket; this knows how far the request is and
/// until when it may be there.
final class ControlConnection {
    enum Phase {
        /// The header is not complete.
        case header
        /// The body is not complete.
        case body
        /// The handler has the request.
        case handling
        /// The answer is on its way, or the connection is being closed.
        case ending
    }

    let socket: Int32
    let peer: PeerCredentials
    var phase = Phase.header
    /// When the connection is cut; nil while the handler has the request.
    var deadline: Instant?
    var target = ""
    var body: [UInt8] = []
    var isBodyTooBig = false
    /// What the handler said, before it is sent.
    private(set) var answer: ControlAnswer?
    /// libmicrohttpd's connection while it is suspended.
    private var suspended: OpaquePointer?
    private weak var responder: ControlResponder?
    private var hangup: IOSource?
    private let resume: (OpaquePointer) -> Void

    init(
        socket: Int32, peer: PeerCredentials, deadline: Instant, resume: @escaping (_ handle: OpaquePointer) -> Void
    ) {
        self.socket = socket
        self.peer = peer
        self.deadline = deadline
        self.resume = resume
    }

    /// Hands the request out.
    func handle() -> ControlResponder {
        phase = .handling
        deadline = nil
        let responder = ControlResponder(self)
        self.responder = responder
        return responder
    }

    /// Waits for the answer. libmicrohttpd does not see a client go meanwhile: the loop does.
    func suspend(_ handle: OpaquePointer, on loop: EventLoop) {
        suspended = handle
        hangup = try? loop.watch(socket, .hangup) { [weak self] _ in
            self?.responder?.disconnect()
            self?.wakeUp()
        }
    }

    func finish(_ answer: ControlAnswer) {
        guard phase == .handling, self.answer == nil else { return }
        self.answer = answer
        wakeUp()
    }

    /// Goes on with what was suspended, with or without an answer.
    func wakeUp() {
        hangup = nil
        guard let handle = suspended else { return }
        suspended = nil
        resume(handle)
    }

    /// libmicrohttpd has closed the socket.
    func closed() {
        suspended = nil
        hangup = nil
        responder?.disconnect()
    }
}
