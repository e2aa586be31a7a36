// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
public import HostLinux
public import HostLoop
internal import HostWire

/// The control socket: HTTP/1.1 over a Unix socket, on the loop. It knows nothing of what is asked; the handler does.
///
/// Every connection carries one request and is bounded in time and size at every stage but the handler's.
@MainActor
public final class ControlServer {
    /// Gets each request that is complete; answers through the responder, at once or later.
    public typealias Handler = (ControlRequest, ControlResponder) -> Void

    /// Connections that stand.
    public var connectionCount: Int { connections.count }

    private let loop: EventLoop
    private let limits: ControlLimits
    private let access: ControlAccess
    private let handler: Handler
    private let privileged: Set<UInt32>
    private let daemon: HTTPDaemon
    private var listener: UnixListener?
    private var source: IOSource?
    private var listenAgain: TimerSource?
    private var deadlines: TimerSource?
    private var connections: [ObjectIdentifier: ControlConnection] = [:]

    /// So many connections are accepted before the loop turns to something else.
    private static let acceptBatch = 32
    /// After an accept that failed for want of descriptors or memory.
    private static let acceptPause: Duration = .milliseconds(200)

    /// Listens at `socketPath`, replacing a socket that stands there. Without groups in `access` its mode is 0600; with
    /// them everybody may connect, and the kernel's word on the peer decides. Fails with the path and what is wrong
    /// with it: no folder, no right, longer than a socket's address can be.
    public init(
        loop: EventLoop, socketPath: String, limits: ControlLimits = ControlLimits(),
        access: ControlAccess = ControlAccess(), handler: @escaping Handler
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        self.access = access
        self.handler = handler
        privileged = [0, geteuid()]
        daemon = try HTTPDaemon(loop: loop, limits: limits)
        let listener = try UnixListener(path: socketPath, mode: access.isShared ? 0o666 : 0o600)
        let raw = listener.raw
        self.listener = consume listener
        daemon.owner = self
        source = try loop.watch(raw, .readable) { [weak self] _ in self?.acceptAll() }
        listenAgain = try loop.timer { [weak self] in self?.source?.setEvents(.readable) }
        deadlines = try loop.timer { [weak self] in self?.cutLate() }
    }

    isolated deinit {
        close()
    }

    /// Stops listening, removes the socket and cuts all connections; their handlers are told.
    public func close() {
        source = nil
        listenAgain = nil
        deadlines = nil
        listener = nil
        for connection in connections.values { connection.wakeUp() }
        daemon.stop()
        for connection in connections.values { connection.closed() }
        connections = [:]
    }

    private func acceptAll() {
        for _ in 0..<Self.acceptBatch {
            do throws(SystemError) {
                guard let socket = try listener?.accept() else { return }
                admit(socket)
            } catch {
                // Out of descriptors or memory: the socket stays readable, so looking again at once would only spin.
                source?.setEvents([])
                listenAgain?.arm(at: loop.now + Self.acceptPause)
                return
            }
        }
    }

    private func admit(_ socket: consuming Descriptor) {
        guard let peer = try? PeerCredentials(of: socket.raw) else { return }
        let open = connections.values.map(\.peer.uid)
        if let refusal = limits.refusal(of: peer.uid, open: open, privileged: privileged) {
            return refuse(socket, ErrorAnswer(refusal, hint: "try again when others are closed"))
        }
        let daemon = self.daemon
        let connection = ControlConnection(
            socket: socket.raw, peer: peer, deadline: loop.now + limits.headerDeadline, resume: daemon.resume)
        connections[ObjectIdentifier(connection)] = connection
        if !daemon.add(socket, as: connection) { connections[ObjectIdentifier(connection)] = nil }
        armDeadlines()
    }

    /// Says why and closes. Neither waits: a fresh socket has room for so few bytes.
    private func refuse(_ socket: consuming Descriptor, _ why: ErrorAnswer) {
        let body = why.json.serialized
        let head = [
            "HTTP/1.1 503 Service Unavailable", "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
            "Retry-After: 1", "Connection: close", "", "",
        ].joined(separator: "\r\n")
        Sockets.sendNow(socket, Array((head + body).utf8))
    }

    private func armDeadlines() {
        let next = connections.values.compactMap(\.deadline).min()
        if let next { deadlines?.arm(at: next) } else { deadlines?.disarm() }
    }

    private func cutLate() {
        let now = loop.now
        for connection in connections.values {
            guard let deadline = connection.deadline, deadline <= now else { continue }
            // libmicrohttpd, which owns the socket, now finds its end and closes it.
            connection.deadline = nil
            connection.phase = .ending
            Sockets.shutDown(connection.socket)
        }
        armDeadlines()
    }
}

extension ControlServer: HTTPDaemonOwner {
    func step(_ connection: ControlConnection, _ request: HTTPStep) -> HTTPDaemon.Verdict {
        defer { armDeadlines() }
        switch connection.phase {
        case .header:
            guard request.announcedBytes ?? 0 <= limits.bodyBytes else { return end(connection, tooBig) }
            connection.phase = .body
            connection.deadline = loop.now + limits.bodyDeadline
            return .goOn
        case .body where !request.part.isEmpty:
            take(request.part, connection)
            return .goOn
        case .body:
            if connection.isBodyTooBig { return end(connection, tooBig) }
            return handle(connection, request)
        case .handling:
            return connection.answer.map { end(connection, $0) } ?? .close
        case .ending:
            return .close
        }
    }

    func closed(_ connection: ControlConnection) {
        connections[ObjectIdentifier(connection)] = nil
        connection.closed()
        armDeadlines()
    }

    private var tooBig: ControlAnswer {
        .error(413, ErrorAnswer("the body is too big", hint: "at most \(limits.bodyBytes) bytes"))
    }

    private func take(_ part: [UInt8], _ connection: ControlConnection) {
        if connection.body.count + part.count > limits.bodyBytes {
            connection.isBodyTooBig = true
            connection.body = []
        }
        if !connection.isBodyTooBig { connection.body += part }
    }

    private func right(of connection: ControlConnection) -> ControlAccess.Right {
        if privileged.contains(connection.peer.uid) { return .change }
        return access.right(of: connection.peer.groups(of: connection.socket))
    }

    private func handle(_ connection: ControlConnection, _ request: HTTPStep) -> HTTPDaemon.Verdict {
        let target: RequestTarget
        do throws(ErrorAnswer) {
            target = try RequestTarget(connection.target)
        } catch {
            return end(connection, .error(400, error))
        }
        let body = connection.body
        connection.body = []
        let right = right(of: connection)
        guard right != .nothing else {
            let hint = "ask as root, or as a member of admin_group or read_group"
            return end(connection, .error(403, ErrorAnswer("uid \(connection.peer.uid) may not look", hint: hint)))
        }
        let whole = ControlRequest(
            method: request.method, path: target.path, query: target.query, body: body, peer: connection.peer,
            mayChange: right == .change)
        handler(whole, connection.handle())
        if let answer = connection.answer { return end(connection, answer) }
        daemon.suspend(request.handle)
        connection.suspend(request.handle, on: loop)
        return .goOn
    }

    private func end(_ connection: ControlConnection, _ answer: ControlAnswer) -> HTTPDaemon.Verdict {
        connection.phase = .ending
        connection.deadline = loop.now + limits.answerDeadline
        return .answer(answer)
    }
}
