// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
public import HostLoop

/// Connects to a TCP port and closes again. Names are looked up on the Worker, literal addresses and localhost need none.
public final class TcpProbe {
    private let loop: EventLoop
    private let began: Instant
    private let timeout: Duration
    private var addresses: [SocketAddress] = []
    private var socket: Descriptor?
    private var source: IOSource?
    private var timer: TimerSource?
    private var then: ((_ failure: String?, _ took: Duration) -> Void)?
    private var lastFailure = "no address"

    private init(
        loop: EventLoop, timeout: Duration, then: @escaping (_ failure: String?, _ took: Duration) -> Void
    ) {
        self.loop = loop
        self.timeout = timeout
        self.then = then
        began = loop.now
    }

    /// Tries `host`:`port`; `then` gets nil for a connection that was accepted, else why not. Called once.
    public static func run(
        loop: EventLoop, lookups: Worker, host: String, port: UInt16, timeout: Duration,
        then: @escaping (_ failure: String?, _ took: Duration) -> Void
    ) {
        let probe = TcpProbe(loop: loop, timeout: timeout, then: then)
        probe.timer = try? loop.timer { probe.finish("no connection in \(timeout.text)") }
        probe.timer?.arm(at: probe.began + timeout)
        if let literal = SocketAddress.literals(host: host, port: port) {
            probe.addresses = literal
            return probe.next()
        }
        lookups.submit(deadline: timeout) {
            SocketAddress.lookUp(host: host, port: port)
        } then: { (outcome: WorkOutcome<[SocketAddress]>) in
            guard case .done(let found) = outcome else { return probe.finish("name not looked up in time") }
            guard !found.isEmpty else { return probe.finish("name not found") }
            probe.addresses = found
            probe.next()
        }
    }

    private func next() {
        guard then != nil else { return }
        source = nil
        socket = nil
        guard !addresses.isEmpty else { return loop.later { self.finish(self.lastFailure) } }
        let address = addresses.removeFirst()
        do throws(SystemError) {
            socket = try address.startConnect()
            guard let raw = socket?.raw else { return }
            // The source keeps the probe alive until it is finished.
            source = try loop.watch(raw, .writable) { _ in self.ready() }
        } catch {
            lastFailure = errorText(error.code)
            next()
        }
    }

    private func ready() {
        guard let raw = socket?.raw else { return }
        let code = SocketAddress.pendingError(raw)
        if code == 0 { return finish(nil) }
        lastFailure = code == ECONNREFUSED ? "connection refused" : errorText(code)
        next()
    }

    private func finish(_ failure: String?) {
        guard let then else { return }
        self.then = nil
        timer = nil
        source = nil
        socket = nil
        then(failure, loop.now - began)
    }
}
