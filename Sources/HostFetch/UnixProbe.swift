// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
public import HostLoop

/// Connects to a Unix stream socket and closes again.
public final class UnixProbe {
    /// A listener whose queue is full is tried again so often.
    private static let pause: Duration = .milliseconds(50)

    private let loop: EventLoop
    private let path: String
    private let began: Instant
    private let timeout: Duration
    private var timer: TimerSource?
    private var then: ((_ failure: String?, _ took: Duration) -> Void)?

    private init(
        loop: EventLoop, path: String, timeout: Duration,
        then: @escaping (_ failure: String?, _ took: Duration) -> Void
    ) {
        self.loop = loop
        self.path = path
        self.timeout = timeout
        self.then = then
        began = loop.now
    }

    /// Tries the socket at `path`; `then` gets nil for a connection that was accepted, else why not. Called once, never
    /// before `run` returns.
    public static func run(
        loop: EventLoop, path: String, timeout: Duration,
        then: @escaping (_ failure: String?, _ took: Duration) -> Void
    ) {
        let probe = UnixProbe(loop: loop, path: path, timeout: timeout, then: then)
        // The timer keeps the probe alive until it is finished.
        probe.timer = try? loop.timer { probe.tryOnce() }
        loop.later { probe.tryOnce() }
    }

    private func tryOnce() {
        do throws(SystemError) {
            _ = try Sockets.connect(to: path)
            finish(nil)
        } catch {
            guard error.code == EAGAIN else { return finish(connectFailure(error.code)) }
            let left = began + timeout - loop.now
            guard left > .zero, let timer else { return finish("its queue is full for \(timeout.text)") }
            timer.arm(at: loop.now + min(left, Self.pause))
        }
    }

    private func finish(_ failure: String?) {
        guard let then else { return }
        self.then = nil
        timer = nil
        then(failure, loop.now - began)
    }
}
