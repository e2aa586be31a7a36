// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// Starts keepers: from the one that waits ready when it can, else by clone and exec.
final class KeeperStarter {
    /// The next spare is made when the launch that took the last one is through with its own exec.
    private static let refillDelay: Duration = .milliseconds(20)

    private let loop: EventLoop
    private let path: String
    private var refill: TimerSource?
    private var spare: Spare?
    /// Whether one waits for the next launch. Where the service manager starts the keepers there is none to wait.
    var keepsSpare = false {
        didSet { if keepsSpare { makeSpare() } else { letSpareGo() } }
    }
    /// A spare that is not wanted any more, until it has ended.
    private var leaving: ProcessWatch?

    private final class Spare {
        let pid: Int32
        let pidfd: Int32
        let socket: Int32

        init(pid: Int32, pidfd: consuming Descriptor, socket: consuming Descriptor) {
            self.pid = pid
            self.pidfd = pidfd.release()
            self.socket = socket.release()
        }

        deinit {
            close(socket)
        }
    }

    init(loop: EventLoop, path: String) throws(SystemError) {
        self.loop = loop
        self.path = path
        refill = try loop.timer { [weak self] in self?.makeSpare() }
    }

    /// Starts a keeper for `command`; it takes over the flock of `lock`, and `sockets` for its child.
    func start(
        _ command: KeeperCommand, environment: [String], lock: borrowing Descriptor, sockets: [Int32]
    ) throws(SystemError) -> SpawnedProcess {
        refill?.arm(at: loop.now + Self.refillDelay)
        let arguments = command.arguments
        let kept = [lock.raw] + sockets
        if let keeper = hand(arguments, environment, kept) { return keeper }
        return try Processes.spawn(
            path, ["--lock-fd", "3"] + arguments, environment: environment, output: STDERR_FILENO, keeping: kept,
            needsSession: false)
    }

    private func hand(
        _ arguments: [String], _ environment: [String], _ descriptors: [Int32]
    ) -> SpawnedProcess? {
        let message = KeeperMessage(arguments: arguments, environment: environment)
        guard let spare, message.sizeBytes != nil else { return nil }
        self.spare = nil
        guard message.send(on: spare.socket, descriptors: descriptors) else {
            close(spare.pidfd)
            return nil
        }
        // The keeper's work is urgent, ours is not: on a busy host it would wait for the end of our turn.
        sched_yield()
        return SpawnedProcess(pid: spare.pid, pidfd: Descriptor(owning: spare.pidfd))
    }

    /// Its end of the socket tells it to.
    private func letSpareGo() {
        guard let spare else { return }
        self.spare = nil
        leaving = try? ProcessWatch(loop: loop, pidfd: Descriptor(owning: spare.pidfd)) { [weak self] _ in
            self?.leaving = nil
        }
    }

    private func makeSpare() {
        guard keepsSpare, spare == nil, let pair = try? Sockets.pair() else { return }
        let child = pair.second
        let arguments = ["--spare", "3"]
        guard
            let keeper = try? Processes.spawn(
                path, arguments, output: STDERR_FILENO, keeping: [child], needsSession: false)
        else {
            close(child)
            close(pair.first)
            return
        }
        close(child)
        let pid = keeper.pid
        spare = Spare(pid: pid, pidfd: keeper.takeDescriptor(), socket: Descriptor(owning: pair.first))
    }
}
