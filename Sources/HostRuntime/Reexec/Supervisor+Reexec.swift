// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostControl
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// What a reexec needs to know of this process.
struct ReexecPlace {
    /// The binary that was started, by its path: what is installed there now takes over.
    let program: String
    /// Its arguments, without those of an earlier takeover.
    let arguments: [String]
    /// The control socket and the lock, which the next hostd gets as they are.
    let socket: Int32
    let lock: Int32

    /// With the control socket, once it listens.
    func with(socket: Int32) -> ReexecPlace {
        ReexecPlace(program: program, arguments: arguments, socket: socket, lock: lock)
    }
}

/// The numbers of the descriptors that one hostd leaves to the next in the same process.
nonisolated struct ReexecInheritance {
    /// The control socket and the lock.
    let socket: Int32
    let lock: Int32
    /// The sockets that are held for services.
    let held: [Int32]

    init(socket: Int32, lock: Int32, held: [Int32]) {
        self.socket = socket
        self.lock = lock
        self.held = held
    }

    /// Reads what `text` gives; nil when it is not that.
    init?(_ text: String) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Int32($0) }
        guard numbers.count == words.count, numbers.count >= 2 else { return nil }
        self.init(socket: numbers[0], lock: numbers[1], held: Array(numbers[2...]))
    }

    var numbers: [Int32] { [socket, lock] + held }
    var text: String { numbers.map { "\($0)" }.joined(separator: ",") }
}

/// `hostctl reexec`: the binary that is installed now takes over in this very process.
///
/// It finds everything as a hostd that was killed would: keepers, snapshots, records. What is more: the control socket
/// stays open, so that whoever connects meanwhile only waits; the lock is never free; the keepers stay its children.
extension Supervisor {
    private static let patience: Duration = .seconds(5)
    private static let pause: Duration = .milliseconds(20)
    private static let flushLimit: Duration = .seconds(5)

    func answerReexec(_ call: ControlCall) {
        guard let place = reexecPlace, selfTest == nil, !isStopping, !isLeaving, !isAskingManager else {
            return call.refuse(409, "hostd is stopping, or is being replaced already")
        }
        guard !snapshots.isFailing else {
            let why = "\(folders.run) cannot be written: the next hostd would not know where its services are"
            return call.finish(["ok": false, "error": .string(why)])
        }
        do throws(SystemError) {
            selfTest = try SelfTestRun(loop: loop, place.program, place.arguments) { [weak self] result in
                self?.selfTest = nil
                switch result {
                case .success(let version):
                    call.finish(["ok": true, "pid": JSON(getpid()), "version": .string(version)])
                    self?.prepareReexec(place, version)
                case .failure(let why):
                    let text = "\(place.program) does not pass its self-test: \(why)"
                    self?.history.add(host: "reexec_refused", text, .error)
                    call.finish(["ok": false, "error": .string(text)])
                }
            }
        } catch {
            call.finish(["ok": false, "error": .string("\(error)")])
        }
    }

    /// Waits until the answer is out and nobody waits for another one, but not for ever.
    private func prepareReexec(_ place: ReexecPlace, _ version: String) {
        holdVisitors?(true)
        history.add(host: "reexec", "hostd \(version) takes over in the place of \(Release.version)")
        let deadline = loop.now + Self.patience
        reexecTimer = try? loop.timer { [weak self] in
            guard let self else { return }
            let isBusy = self.openRequests?() ?? 0 > 0 || !self.actions.isEmpty || !self.reloadsAsked.isEmpty
            guard !isBusy || self.loop.now >= deadline else {
                self.reexecTimer?.arm(at: self.loop.now + Self.pause)
                return
            }
            self.reexecTimer = nil
            self.alerts.keepNow()
            self.series.keepNow()
            self.store.flush(limit: Self.flushLimit) { [weak self] in self?.reexec(place) }
        }
        reexecTimer?.arm(at: loop.now + Self.pause)
    }

    private func reexec(_ place: ReexecPlace) {
        // Nor while it is asked what a SIGTERM means: the next hostd would not know that there was one.
        guard !isStopping, !isLeaving, !isAskingManager else { return holdVisitors?(false) ?? () }
        let left = ReexecInheritance(socket: place.socket, lock: place.lock, held: heldSockets.numbers)
        let kept = left.numbers
        for raw in kept { try? Takeover.keep(raw, true) }
        let handed = ["--takeover", left.text]
        let failure = Takeover.execute(place.program, place.arguments + handed)
        for raw in kept { try? Takeover.keep(raw, false) }
        holdVisitors?(false)
        history.add(host: "reexec_refused", "\(failure); hostd \(Release.version) goes on", .error)
    }

    /// The children of the hostd before this one that nobody watches: its spare keeper, its logger, its self-test.
    func reapInherited() {
        for pid in Takeover.children(of: getpid()) {
            guard let pidfd = Processes.open(child: pid) else { continue }
            let watch = try? ProcessWatch(loop: loop, pidfd: pidfd) { [weak self] _ in
                // Not while it is calling us.
                self?.loop.later { self?.inherited[pid] = nil }
            }
            inherited[pid] = watch
        }
    }
}
