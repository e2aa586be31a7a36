// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Testing has one of its own.
typealias ExitStatus = HostCore.ExitStatus

/// A service machine under test, with a clock that only the test moves.
struct Subject {
    var machine: ServiceMachine
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// Effects of the newest event.
    var effects: [ServiceEffect] = []

    init(_ specification: ServiceSpecification, mark: ServiceMark? = nil) {
        machine = ServiceMachine(specification, mark: mark, reason: "not started yet", seed: 1, at: now)
    }

    /// The newest instance.
    var instance: InstanceID { InstanceID(service: machine.specification.name, launch: machine.launches) }

    var phase: ServicePhase { machine.phase }

    @discardableResult
    mutating func take(_ event: ServiceEvent) -> [ServiceEffect] {
        effects = machine.handle(event, at: now)
        return effects
    }

    /// Time passes, and nobody is woken.
    mutating func pass(_ duration: Duration) {
        now = now + duration
    }

    /// Time passes until the deadline, and the machine is woken on time.
    @discardableResult
    mutating func wake() -> [ServiceEffect] {
        now = max(now, machine.deadline ?? now)
        return take(.wake)
    }

    /// The keeper says that the process runs.
    @discardableResult
    mutating func started(pid: Int32 = 100) -> [ServiceEffect] {
        take(.started(instance, ProcessIdentity(pid: pid, startTicks: UInt64(pid)), at: now))
    }

    /// The keeper says that the process ended; it started `ran` ago.
    @discardableResult
    mutating func exited(_ status: ExitStatus, ran: Duration = .zero, treeEmpty: Bool = true) -> [ServiceEffect] {
        take(.exited(instance, ExitReport(status: status, ran: ran, wallMilliseconds: 5), treeEmpty: treeEmpty))
    }

    /// The prober answers the open question of `kind`, which the test has seen being asked.
    @discardableResult
    mutating func answer(_ kind: ProbeKind, ok: Bool, seen: String = "seen", digest: UInt64 = 0) -> [ServiceEffect] {
        take(.probed(instance, kind, number: asked[kind] ?? 0, ProbeAnswer(ok: ok, seen: seen, digest: digest)))
    }

    /// Wakes until the question of `kind` is asked, then answers it.
    mutating func probe(_ kind: ProbeKind, ok: Bool, seen: String = "seen", digest: UInt64 = 0) {
        probe(kind, with: ProbeAnswer(ok: ok, seen: seen, digest: digest))
    }

    /// The same with any answer.
    mutating func probe(_ kind: ProbeKind, with answer: ProbeAnswer) {
        for _ in 0..<50 {
            for case .ask(_, let asked, let number) in wake() { self.asked[asked] = number }
            if asked[kind] != nil { break }
        }
        take(.probed(instance, kind, number: asked[kind] ?? 0, answer))
        asked[kind] = nil
    }

    /// The keeper's record has changed, and hostd gets to know of it.
    @discardableResult
    mutating func hear(_ change: (inout NotifyRecord) -> Void = { _ in }) -> [ServiceEffect] {
        hear { record, _ in change(&record) }
    }

    /// The same with what is said now.
    @discardableResult
    mutating func hear(_ change: (inout NotifyRecord, _ now: Instant) -> Void) -> [ServiceEffect] {
        change(&said, now)
        said.writtenAt = now
        return take(.notified(instance, said))
    }

    /// What the instance has said of itself.
    var said = NotifyRecord()

    /// Numbers of the open questions.
    var asked: [ProbeKind: UInt64] = [:]

    /// hostd is killed and comes back: all that is left is the text of the snapshot.
    mutating func hostdIsKilled(away: Duration = .zero) throws(SnapshotUnreadable) {
        let text = machine.snapshot.text
        now = now + away
        guard let fields = FieldText(parsing: text),
            let restored = ServiceMachine(machine.specification, from: fields, seed: 2, at: now)
        else { throw SnapshotUnreadable(text: text) }
        machine = restored
        asked = [:]
        effects = machine.resume(at: now)
    }

    /// Started from rest and running, through with its startup.
    static func up(_ specification: ServiceSpecification) -> Subject {
        var subject = Subject(specification)
        subject.take(.start(by: .host))
        subject.started()
        return subject
    }
}

struct SnapshotUnreadable: Error {
    let text: String
}

/// A service called `web`.
func service(
    _ name: String = "web", _ change: (inout ServiceSpecification) -> Void = { _ in }
) -> ServiceSpecification {
    var specification = ServiceSpecification(name: named(name), launch: LaunchSpecification(command: ["program"]))
    change(&specification)
    return specification
}

func named(_ text: String) -> ServiceName {
    guard let name = ServiceName(text) else { fatalError("\(text) is no name") }
    return name
}

func probe(
    interval: Duration = .seconds(5), failures: Int = 1, successes: Int = 1, delay: Duration = .zero,
    deadline: Duration = .seconds(60)
) -> ProbeSpecification {
    ProbeSpecification(
        target: .tcp(host: "127.0.0.1", port: 80), interval: interval, failures: failures, successes: successes,
        delay: delay, deadline: deadline)
}

extension [ServiceEffect] {
    var launched: [InstanceID] { compactMap { if case .launch(let instance) = $0 { instance } else { nil } } }
    var forgotten: [InstanceID] { compactMap { if case .forget(let instance) = $0 { instance } else { nil } } }
    var swept: [InstanceID] { compactMap { if case .sweep(let instance) = $0 { instance } else { nil } } }
    var signals: [Int32] { compactMap { if case .signal(_, let number, _) = $0 { number } else { nil } } }
    var graces: [Duration] { compactMap { if case .endTree(_, let grace) = $0 { grace } else { nil } } }
    var reads: Int { count { if case .readNotify = $0 { true } else { false } } }
    var asked: [ProbeKind] { compactMap { if case .ask(_, let kind, _) = $0 { kind } else { nil } } }
    var marks: [ServiceMark?] { compactMap { if case .mark(let mark) = $0 { .some(mark) } else { nil } } }
    var reports: [ServiceReport.Kind] { compactMap { if case .report(let report) = $0 { report.kind } else { nil } } }
}
