// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// A listening socket on the loop.
@MainActor
final class ControlDoor {
    /// What came through the door.
    struct Visitor: ~Copyable {
        let socket: Descriptor
        let peer: ControlPeer
    }

    private let loop: EventLoop
    private var unix: UnixListener?
    private var network: TcpListener?
    private var source: IOSource?
    private var again: TimerSource?
    private var isHeld = false

    /// So many connections are accepted before the loop turns to something else.
    private static let batch = 32
    /// After an accept that failed for want of descriptors or memory.
    private static let pause: Duration = .milliseconds(200)

    init(loop: EventLoop, unix: consuming UnixListener) {
        self.loop = loop
        self.unix = consume unix
        network = nil
    }

    init(loop: EventLoop, network: consuming TcpListener) {
        self.loop = loop
        self.network = consume network
        unix = nil
    }

    /// Hands each connection to `visit`.
    func open(_ visit: @escaping (consuming Visitor) -> Void) throws(SystemError) {
        let raw = unix?.raw ?? network?.raw ?? -1
        source = try loop.watch(raw, .readable) { [weak self] _ in self?.acceptAll(visit) }
        again = try loop.timer { [weak self] in
            if self?.isHeld == false { self?.source?.setEvents(.readable) }
        }
    }

    /// Lets visitors wait outside, where the kernel keeps them, or lets them in again.
    func hold(_ isHeld: Bool) {
        self.isHeld = isHeld
        source?.setEvents(isHeld ? [] : .readable)
    }

    private func acceptAll(_ visit: (consuming Visitor) -> Void) {
        for _ in 0..<Self.batch {
            do throws(SystemError) {
                guard let visitor = try accept() else { return }
                visit(visitor)
            } catch {
                // Out of descriptors or memory: the socket stays readable, so looking again at once would only spin.
                source?.setEvents([])
                again?.arm(at: loop.now + Self.pause)
                return
            }
        }
    }

    private func accept() throws(SystemError) -> Visitor? {
        if let socket = try unix?.accept() {
            let credentials = try PeerCredentials(of: socket.raw)
            return Visitor(socket: socket, peer: .process(credentials))
        }
        guard let connection = try network?.accept() else { return nil }
        let address = connection.peer.hostText
        return Visitor(socket: connection.takeSocket(), peer: .network(address))
    }
}
