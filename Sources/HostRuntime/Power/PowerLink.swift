// SPDX-License-Identifier: Apache-2.0

internal import HostBus
internal import HostCore
internal import HostLinux
internal import HostLoop

/// Keeps the host awake while a service wants it: holds logind's inhibitor lock. Asked for beside the loop, tried again
/// while it cannot be had.
final class PowerLink {
    private nonisolated static let patienceMicroseconds: UInt64 = 5_000_000
    private static let deadline: Duration = .seconds(15)
    private static let retry: Duration = .seconds(60)

    /// The services for which the lock is held now.
    var heldFor: [String] { lock == nil ? [] : wanted }
    /// Why there is none although one is wanted.
    private(set) var problem: String?

    /// The services that want it while they run.
    var candidates: [ServiceName] = []

    private let loop: EventLoop
    private let files: Worker
    private var wanted: [String] = []
    private var lock: Inhibitor?
    private var isAsking = false
    private var again: TimerSource?

    /// The lock is given up with the last word on it.
    private final class Inhibitor {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    init(loop: EventLoop, files: Worker) {
        self.loop = loop
        self.files = files
    }

    /// The clocks as they are now.
    nonisolated static var clocks: SleepMachine.Clocks {
        SleepMachine.Clocks(monotonic: Clock.now, boottime: Clock.boottime)
    }

    /// These services want it; none: the host may sleep.
    func want(for services: [String]) {
        guard services != wanted else { return }
        wanted = services
        if wanted.isEmpty {
            lock = nil
            problem = nil
            again = nil
        } else if lock == nil {
            take()
        }
    }

    private func take() {
        guard !isAsking else { return }
        isAsking = true
        files.submit(deadline: Self.deadline) { () -> Result<Int32, SystemError> in
            Result { () throws(SystemError) in
                let manager = try SleepManager(patienceMicroseconds: Self.patienceMicroseconds)
                return try manager.inhibit(who: "hostd", why: "services that keep the host awake run").release()
            }
        } then: { [weak self] (outcome: WorkOutcome<Result<Int32, SystemError>>) in
            guard let self else { return }
            isAsking = false
            switch outcome {
            case .done(.success(let raw)):
                let taken = Inhibitor(Descriptor(owning: raw))
                problem = nil
                if !wanted.isEmpty { lock = taken }
            case .done(.failure(let error)): missed("\(error)")
            case .late, .full: missed("logind does not answer")
            }
        }
    }

    private func missed(_ why: String) {
        guard !wanted.isEmpty else { return }
        if problem == nil { Journal.say(.warning, "the host cannot be kept awake: \(why)") }
        problem = "the host cannot be kept awake: \(why)"
        again = try? loop.timer { [weak self] in self?.takeAgain() }
        again?.arm(at: loop.now + Self.retry)
    }

    private func takeAgain() {
        if !wanted.isEmpty, lock == nil { take() }
    }
}
