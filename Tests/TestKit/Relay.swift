// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import Synchronization

/// A TCP relay on 127.0.0.1 that does to what it carries what a bad line would.
public final class Relay: Sendable {
    /// What the line is like.
    public enum Weather: Hashable, Sendable {
        /// All is carried at once.
        case fine
        /// Each answer comes so much later.
        case delay(milliseconds: UInt32)
        /// Each answer comes later by up to so much.
        case jitter(milliseconds: UInt32)
        /// Connections stand, and nothing is carried over them.
        case stall
        /// Connections are reset.
        case reset
        /// New connections are not even answered, and old ones carry nothing.
        case blackhole
    }

    /// The port it listens on.
    public let port: UInt16
    private let listener: Int32
    private let state = Mutex(Weather.fine)

    /// Carries everything to `target` on 127.0.0.1.
    public init(to target: UInt16) throws {
        let (listener, port) = try TinyServer.listening(backlog: 0)
        self.listener = listener
        self.port = port
        let relay = Weak(self)
        inBackground {
            while true {
                while relay.weather == .blackhole { usleep(5000) }
                var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
                if poll(&entry, 1, 20) == 0 {
                    if relay.isGone { break }
                    continue
                }
                let accepted = accept(listener, nil, nil)
                if accepted < 0 { break }
                inBackground { Self.carry(accepted, target, relay) }
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// What the line is like from now on, also for connections that stand.
    public var weather: Weather {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    /// The relay as its threads see it: they do not keep it.
    private final class Weak: Sendable {
        private let held: Mutex<WeakBox>

        init(_ relay: Relay) { held = Mutex(WeakBox(relay: relay)) }

        var weather: Weather { held.withLock { $0.relay?.weather ?? .reset } }
        var isGone: Bool { held.withLock { $0.relay == nil } }
    }

    private struct WeakBox: @unchecked Sendable {
        weak var relay: Relay?
    }

    private static func carry(_ client: Int32, _ target: UInt16, _ relay: Weak) {
        let server = connected(to: target)
        defer {
            if relay.weather == .reset { resetOnClose(client) }
            close(client)
            if server >= 0 { close(server) }
        }
        guard server >= 0 else { return }
        while !relay.isGone {
            switch relay.weather {
            case .reset: return
            case .stall, .blackhole:
                usleep(5000)
                continue
            case .fine, .delay, .jitter: break
            }
            var entries = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&entries, 2, 20) >= 0 else { return }
            if entries[0].revents != 0, !move(client, server, later: 0) { return }
            if entries[1].revents != 0, !move(server, client, later: lateness(relay.weather)) { return }
        }
    }

    private static func lateness(_ weather: Weather) -> UInt32 {
        switch weather {
        case .delay(let milliseconds): milliseconds
        case .jitter(let milliseconds): UInt32.random(in: 0...milliseconds)
        case .fine, .stall, .reset, .blackhole: 0
        }
    }

    private static func move(_ from: Int32, _ to: Int32, later milliseconds: UInt32) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(from, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        usleep(milliseconds * 1000)
        return send(to, bytes, count, Int32(MSG_NOSIGNAL)) == count
    }

    private static func resetOnClose(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    private static func connected(to port: UInt16) -> Int32 {
        let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let result = withUnsafeBytes(of: &address) { bytes in
            connect(
                raw, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        if result == 0 { return raw }
        close(raw)
        return -1
    }
}
