// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A host under test, with a clock that only the test moves.
struct Host {
    var machine: HostMachine
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// What was launched and signalled, in order.
    var log: [String] = []
    /// What people were told: "web ready: …".
    var reports: [String] = []
    var allStopped = 0

    init(_ specifications: [ServiceSpecification]) {
        machine = HostMachine(
            specifications.map {
                ServiceMachine($0, reason: "", seed: 1, at: Instant(nanoseconds: 1_000_000_000_000))
            })
    }

    mutating func take(_ event: HostMachine.Event) {
        note(machine.handle(event, at: now))
    }

    mutating func note(_ effects: [HostMachine.Effect]) {
        for effect in effects {
            switch effect {
            case .service(let name, .launch): log.append("launch \(name)")
            case .service(let name, .signal): log.append("signal \(name)")
            case .service(let name, .report(let report)):
                reports.append("\(name) \(report.kind.rawValue): \(report.reason)")
            case .service: break
            case .removed(let name): log.append("remove \(name)")
            case .changed: break
            case .allStopped: allStopped += 1
            }
        }
    }

    mutating func start(_ names: String..., by author: Author = .host) {
        for name in names { take(.service(named(name), .start(by: author))) }
    }

    mutating func started(_ name: String) {
        let process = ProcessIdentity(pid: 1, startTicks: 1)
        take(.service(named(name), .started(instance(name), process, at: now)))
    }

    mutating func exited(_ name: String, _ status: ExitStatus = .signal(15), ran: Duration = .seconds(60)) {
        let report = ExitReport(status: status, ran: ran, wallMilliseconds: 0)
        take(.service(named(name), .exited(instance(name), report, treeEmpty: true)))
    }

    /// The ready probe is asked, and answered.
    mutating func answerReady(_ name: String, ok: Bool = true) {
        guard let at = machine.services[named(name)]?.deadline else { return }
        now = max(now, at)
        for effect in machine.handle(.service(named(name), .wake), at: now) {
            note([effect])
            guard case .service(_, .ask(let instance, .ready, let number)) = effect else { continue }
            take(.service(named(name), .probed(instance, .ready, number: number, ProbeAnswer(ok: ok, seen: "seen"))))
        }
    }

    /// Time passes until the service wants to be woken.
    mutating func wake(_ name: String) {
        now = max(now, machine.services[named(name)]?.deadline ?? now)
        take(.service(named(name), .wake))
    }

    mutating func pass(_ duration: Duration) { now = now + duration }

    mutating func takeLog() -> [String] {
        defer { log = [] }
        return log
    }

    func instance(_ name: String) -> InstanceID {
        InstanceID(service: named(name), launch: machine.services[named(name)]?.launches ?? 0)
    }

    func phase(_ name: String) -> ServicePhase? { machine.services[named(name)]?.phase }

    /// hostd is killed and comes back.
    mutating func hostdIsKilled() {
        let now = now
        machine = HostMachine(
            machine.services.values.compactMap {
                ServiceMachine($0.specification, from: $0.snapshot, seed: 2, at: now)
            })
    }
}
