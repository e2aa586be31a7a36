// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
public import HostLinux
public import HostLoop
internal import HostWire

/// The control socket: HTTP/1.1 over a Unix socket, and over TCP where that is wanted, on the loop. It knows nothing of
/// what is asked; the handler does.
///
/// Every connection carries one request and is bounded in time and size at every stage but the handler's.
@MainActor
public final class ControlServer {
    /// Gets each request that is complete; answers through the responder, at once or later.
    public typealias Handler = (ControlRequest, ControlResponder) -> Void

    /// Connections that stand.
    public var connectionCount: Int { connections.count + arrivals.count }
    /// Connections whose answer goes on.
    public var streamCount: Int { connections.values.count { $0.phase == .streaming } }
    /// Told of each request that was refused for want of rights, and why.
    public var onRefusal: ((ControlPeer, String) -> Void)?

    let loop: EventLoop
    let limits: ControlLimits
    let handler: Handler
    let daemon: HTTPDaemon
    private var access: ControlAccess
    private let path: String
    private let privileged: Set<UInt32>
    private var network: ControlNetwork?
    private var doors: [ControlDoor] = []
    private var deadlines: TimerSource?
    private var arrivals: [ObjectIdentifier: Arrival] = [:]
    private var connections: [ObjectIdentifier: ControlConnection] = [:]

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
        path = socketPath
        self.handler = handler
        privileged = [0, geteuid()]
        daemon = try HTTPDaemon(loop: loop, limits: limits)
        let listener = try UnixListener(path: socketPath, mode: access.isShared ? 0o666 : 0o600)
        daemon.owner = self
        deadlines = try loop.timer { [weak self] in self?.cutLate() }
        try open(ControlDoor(loop: loop, unix: listener))
    }

    isolated deinit {
        close()
    }

    /// Goes by other groups from now on.
    public func use(_ access: ControlAccess) {
        guard access != self.access else { return }
        self.access = access
        try? Files.setMode(path, access.isShared ? 0o666 : 0o600)
    }

    /// Listens on TCP too. Fails with the address and what is wrong with it.
    public func listen(on network: ControlNetwork) throws(SystemError) {
        self.network = network
        try open(ControlDoor(loop: loop, network: try TcpListener(network.address)))
    }

    /// Stops listening, removes the socket and cuts all connections; their handlers are told.
    public func close() {
        doors = []
        deadlines = nil
        for arrival in arrivals.values { arrival.close() }
        arrivals = [:]
        for connection in connections.values { connection.wakeUp() }
        daemon.stop()
        for connection in connections.values { connection.closed() }
        connections = [:]
    }

    private func open(_ door: ControlDoor) throws(SystemError) {
        let isNetwork = door.isNetwork
        try door.open { [weak self] visitor in
            let peer = visitor.peer
            self?.arrived(visitor.socket, peer, isNetwork: isNetwork)
        }
        doors.append(door)
    }

    // MARK: - Arriving

    private func arrived(_ socket: consuming Descriptor, _ peer: ControlPeer, isNetwork: Bool) {
        let refusal = crowd.refusal(of: peer.account, isPrivileged: isPrivileged(peer))
        let noRoom = refusal.flatMap { evictSilent(for: peer, $0) ? nil : $0.text }
        if let noRoom, arrivals.values.count(where: \.isRefused) >= limits.farewells {
            Sockets.sendNow(socket.raw, Refusal.noRoom(noRoom).bytes)
            return
        }
        let arrival = Arrival(
            socket, peer, isNetwork: isNetwork, limit: limits.headerBytes, at: loop.now,
            deadline: loop.now + limits.headerDeadline)
        do throws(SystemError) {
            try arrival.begin(on: loop) { [weak self] in self?.turn(of: $0, $1) }
            arrivals[ObjectIdentifier(arrival)] = arrival
            if let noRoom { refuse(arrival, .noRoom(noRoom)) }
        } catch {
            arrival.close()
        }
        armDeadlines()
    }

    private var crowd: Crowd {
        Crowd(
            limits: limits,
            accounts: arrivals.values.filter { !$0.isRefused }.map(\.peer.account)
                + connections.values.map(\.peer.account))
    }

    private func isPrivileged(_ peer: ControlPeer) -> Bool {
        if case .process(let credentials) = peer { privileged.contains(credentials.uid) } else { false }
    }

    /// Makes room for `peer`: whoever has been silent longest goes. Nobody makes room for those below them.
    private func evictSilent(for peer: ControlPeer, _ refusal: Crowd.Refused) -> Bool {
        let latest = loop.now - limits.silence
        let silent = arrivals.values.filter { other in
            guard other.since <= latest, !other.isRefused else { return false }
            if refusal.isOwnLimit { return other.peer.account == peer.account }
            return isPrivileged(peer) || !isPrivileged(other.peer)
        }
        let isLess = { (left: Arrival, right: Arrival) in
            (self.isPrivileged(left.peer) ? 1 : 0, left.since) < (self.isPrivileged(right.peer) ? 1 : 0, right.since)
        }
        guard let oldest = silent.min(by: isLess) else { return false }
        drop(oldest)
        return true
    }

    private func turn(of arrival: Arrival, _ turn: Arrival.Turn) {
        defer { armDeadlines() }
        switch turn {
        case .over: drop(arrival)
        case .refused(let refusal): refuse(arrival, refusal)
        case .head(let head):
            do throws(Refusal) {
                let target = try checked(head)
                let mayChange = try right(of: arrival, head) == .change
                if let bytes = head.bodyBytes, bytes > limits.bodyBytes { throw tooBig }
                pass(arrival, head, target, mayChange: mayChange)
            } catch {
                refuse(arrival, error)
            }
        }
    }

    private func checked(_ head: RequestHead) throws(Refusal) -> RequestTarget {
        do throws(ErrorAnswer) {
            return try RequestTarget(head.target)
        } catch {
            throw Refusal(400, error.error, hint: error.hint)
        }
    }

    private func right(of arrival: Arrival, _ head: RequestHead) throws(Refusal) -> ControlAccess.Right {
        do throws(Refusal) {
            switch arrival.peer {
            case .network:
                try network?.check(head)
                return .look
            case .process(let credentials):
                if privileged.contains(credentials.uid) { return .change }
                let right = access.right(of: arrival.groups(credentials))
                guard right == .nothing else { return right }
                let hint = "ask as root, or as a member of admin_group or read_group"
                throw Refusal(403, "uid \(credentials.uid) may not look", hint: hint)
            }
        } catch {
            onRefusal?(arrival.peer, error.why.error)
            throw error
        }
    }

    private func refuse(_ arrival: Arrival, _ refusal: Refusal) {
        arrival.refuse(refusal, until: loop.now + limits.farewell)
        if case .over? = arrival.discard() { drop(arrival) }
    }

    private func drop(_ arrival: Arrival) {
        arrivals[ObjectIdentifier(arrival)] = nil
        arrival.close()
    }

    /// Hands an arrival to libmicrohttpd.
    private func pass(_ arrival: Arrival, _ head: RequestHead, _ target: RequestTarget, mayChange: Bool) {
        arrivals[ObjectIdentifier(arrival)] = nil
        guard let socket = arrival.take() else { return }
        let connection = ControlConnection(
            socket: socket.raw, peer: arrival.peer, head: head, target: target, mayChange: mayChange,
            deadline: loop.now + limits.bodyDeadline, daemon: daemon)
        connection.server = self
        connections[ObjectIdentifier(connection)] = connection
        if !daemon.add(socket, as: connection) { connections[ObjectIdentifier(connection)] = nil }
    }

    // MARK: - Deadlines

    func armDeadlines() {
        let next = (connections.values.compactMap(\.deadline) + arrivals.values.map(\.deadline)).min()
        if let next { deadlines?.arm(at: next) } else { deadlines?.disarm() }
    }

    private func cutLate() {
        let now = loop.now
        for arrival in arrivals.values where arrival.deadline <= now {
            if arrival.isRefused || !arrival.hasBegun {
                drop(arrival)
            } else {
                let hint = "in all within \(limits.headerDeadline.text)"
                refuse(arrival, Refusal(408, "the header has not come in time", hint: hint))
            }
        }
        for connection in connections.values {
            if let deadline = connection.deadline, deadline <= now { cut(connection) }
        }
        armDeadlines()
    }

    private func cut(_ connection: ControlConnection) {
        if connection.phase == .streaming, let stream = connection.stream {
            // Its last word: whoever only was slow reads it.
            stream.end(stream.lateWord)
            connection.phase = .ending
            connection.deadline = loop.now + limits.answerDeadline
            return
        }
        // libmicrohttpd, which owns the socket, now finds its end and closes it.
        connection.deadline = nil
        connection.phase = .ending
        Sockets.shutDown(connection.socket)
    }

    func closed(_ connection: ControlConnection) {
        connections[ObjectIdentifier(connection)] = nil
        connection.closed()
        armDeadlines()
    }

    /// Why `connection` may not have a stream; nil when it may.
    func streamRefusal(of connection: ControlConnection) -> String? {
        let accounts = connections.values.filter { $0.phase == .streaming }.map(\.peer.account)
        let isPrivileged = isPrivileged(connection.peer)
        let crowd = Crowd(limits: limits, accounts: accounts)
        return crowd.streamRefusal(of: connection.peer.account, isPrivileged: isPrivileged)
    }

    var tooBig: Refusal { Refusal(413, "the body is too big", hint: "at most \(limits.bodyBytes) bytes") }
}
