// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
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
        let probe = TcpProbe(loop: loop, timeout: timeout, then: then)
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
            case .failure(let why): return probe.finish(why)
            case .addresses(let found): probe.addresses = found.map { $0.with(port: port) }
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
            lastFailure = connectFailure(error.code)
            next()
        }
    }

    private func ready() {
        guard let raw = socket?.raw else { return }
        let code = SocketAddress.pendingError(raw)
        if code == 0 { return finish(nil) }
        lastFailure = connectFailure(code)
        next()
    }

    private func timeIsUp() {
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

/// Why a connection failed, in words that go on in a sentence: "connection refused".
nonisolated func connectFailure(_ code: Int32) -> String {
    let text = errorText(code)
    return text.prefix(1).lowercased() + text.dropFirst()
}
