// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux
public import HostLoop

/// Connects to a TCP port and closes again. Literal addresses and localhost are not looked up.
public final class TcpProbe {
    private let loop: EventLoop
    private let began: Instant
    private let timeout: Duration
    private var addresses: [SocketAddress] = []
    private var lookup: Lookup?
    private var socket: Descriptor?
    private var source: IOSource?
    private var timer: TimerSource?
    private var then: ((_ failure: String?, _ took: Duration) -> Void)?
    private var lastFailure = "name not found"
    private var kind = NetworkFailure.silent
    private var resolved: Duration?

    private init(
        loop: EventLoop, timeout: Duration, then: @escaping (_ failure: String?, _ took: Duration) -> Void
    ) {
        self.loop = loop
        self.timeout = timeout
        self.then = then
        began = loop.now
    }

    /// Tries `host`:`port`, one address after the other; `then` gets nil for a connection that was accepted, else why
    /// not. Called once, never before `run` returns.
    public static func run(
        loop: EventLoop, lookups: Resolver, host: String, port: UInt16, timeout: Duration,
        then: @escaping (_ failure: String?, _ took: Duration) -> Void
    ) {
        TcpProbe(loop: loop, timeout: timeout, then: then).run(lookups: lookups, host: host, port: port)
    }

    /// The same for the network's sake: how long the connection took, or what kind of failure it is.
    public static func sample(
        loop: EventLoop, lookups: Resolver, host: String, port: UInt16, timeout: Duration,
        then: @escaping (NetworkSample) -> Void
    ) {
        var probe: TcpProbe?
        let made = TcpProbe(loop: loop, timeout: timeout) { failure, took in
            let (kind, resolved) = (probe?.kind ?? .silent, probe?.resolved)
            probe = nil
            if let failure { return then(NetworkSample(.failed(kind, failure))) }
            let connect = took - (resolved ?? .zero)
            then(NetworkSample(.answered(connect), phases: NetworkPhases(resolve: resolved, connect: connect)))
        }
        probe = made
        made.run(lookups: lookups, host: host, port: port)
    }

    private func run(lookups: Resolver, host: String, port: UInt16) {
        let probe = self
        // The timer keeps the probe alive until it is finished.
        probe.timer = try? loop.timer { probe.timeIsUp() }
        probe.timer?.arm(at: probe.began + timeout)
        if let literal = SocketAddress.literals(host: host, port: port) {
            probe.addresses = literal
            return probe.next()
        }
        probe.lookup = lookups.lookUp(host) { answer in
            probe.lookup = nil
            switch answer {
            case .failure(let why):
                probe.kind = .name
                return probe.finish(why)
            case .addresses(let found):
                probe.resolved = probe.loop.now - probe.began
                probe.addresses = found.map { $0.with(port: port) }
            }
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
            let socket = try address.startConnect()
            let raw = socket.raw
            self.socket = consume socket
            source = try loop.watch(raw, .writable) { [weak self] _ in self?.ready() }
        } catch {
            failed(error.code)
            next()
        }
    }

    private func ready() {
        guard let raw = socket?.raw else { return }
        let code = SocketAddress.pendingError(raw)
        if code == 0 { return finish(nil) }
        failed(code)
        next()
    }

    private func failed(_ code: Int32) {
        lastFailure = connectFailure(code)
        kind = NetworkFailure(errno: code)
    }

    private func timeIsUp() {
        kind = lookup == nil ? .silent : .name
        finish(lookup == nil ? "no connection in \(timeout.text)" : "name not looked up in \(timeout.text)")
    }

    private func finish(_ failure: String?) {
        guard let then else { return }
        self.then = nil
        lookup?.cancel()
        lookup = nil
        timer = nil
        source = nil
        socket = nil
        then(failure, loop.now - began)
    }
}

nonisolated extension NetworkFailure {
    /// The kind that a connection's errno is.
    init(errno code: Int32) {
        switch code {
        case ECONNREFUSED: self = .refused
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL: self = .unreachable
        case ETIMEDOUT: self = .silent
        default: self = .cut
        }
    }
}

/// Why a connection failed, in words that go on in a sentence: "connection refused".
nonisolated func connectFailure(_ code: Int32) -> String {
    let text = errorText(code)
    return text.prefix(1).lowercased() + text.dropFirst()
}
