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
    private let path: String
    /// The listening socket, for whoever takes over in this process.
    public private(set) var listening: Int32 = -1
    private(set) var access: ControlAccess
    let privileged: Set<UInt32>
    var network: ControlNetwork?
    private var doors: [ControlDoor] = []
    private var deadlines: TimerSource?
    var arrivals: [ObjectIdentifier: Arrival] = [:]
    var connections: [ObjectIdentifier: ControlConnection] = [:]

    /// Listens at `socketPath`, replacing a socket that stands there. Without groups in `access` its mode is 0600; with
    /// them everybody may connect, and the kernel's word on the peer decides. Fails with the path and what is wrong
    /// with it: no folder, no right, longer than a socket's address can be. `inherited` is a socket that listens there
    /// already: it goes on.
    public init(
        loop: EventLoop, socketPath: String, limits: ControlLimits = ControlLimits(),
        access: ControlAccess = ControlAccess(), inheriting inherited: Int32? = nil, handler: @escaping Handler
    ) throws(SystemError) {
        self.loop = loop
        self.limits = limits
        self.access = access
        path = socketPath
        self.handler = handler
        privileged = [0, geteuid()]
        daemon = try HTTPDaemon(loop: loop, limits: limits)
        let listener: UnixListener
        if let inherited, let socket = Takeover.inherit(inherited) {
            listener = UnixListener(inheriting: socket, path: socketPath)
            try? Files.setMode(socketPath, access.isShared ? 0o666 : 0o600)
        } else {
            listener = try UnixListener(path: socketPath, mode: access.isShared ? 0o666 : 0o600)
        }
        listening = listener.raw
        daemon.owner = self
        deadlines = try loop.timer { [weak self] in self?.cutLate() }
        try open(ControlDoor(loop: loop, unix: listener))
    }

    isolated deinit {
        close()
    }

    /// Accepts nobody for a while: who connects waits, and is not refused.
    public func hold(_ isHeld: Bool) {
        for door in doors { door.hold(isHeld) }
    }

    /// Requests that are not answered to their end; streams have none.
    public var openRequests: Int { connectionCount - streamCount }

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
        try door.open { [weak self] visitor in
            let peer = visitor.peer
            self?.arrived(visitor.socket, peer)
        }
        doors.append(door)
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
        return Crowd(limits: limits, accounts: accounts).streamRefusal(of: connection.peer.account, connection.rank)
    }

    var tooBig: Refusal { Refusal(413, "the body is too big", hint: "at most \(limits.bodyBytes) bytes") }
}
