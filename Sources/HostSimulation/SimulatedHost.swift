// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A whole host in one thread: processes, runtime folder, store and hostd, under virtual time and seeded faults.
final class SimulatedHost {
    /// What may happen next.
    enum Occurrence {
        case keeperReports(InstanceID)
        case mainEnds(InstanceID, ExitStatus)
        case leftOversEnd(InstanceID)
        case treeKilled(InstanceID)
        case probeAnswered(InstanceID, ProbeKind, number: UInt64, life: Int)
        case sweepDone(InstanceID, life: Int)
        case wake(ServiceName, at: Instant, life: Int)
        case personActs
        case faultStrikes
        case hostdReturns
        case portFreed(ServiceName)
    }

    let seed: UInt64
    let specifications: [ServiceName: ServiceSpecification]
    var scenario: Scenario
    var queue = EventQueue<Occurrence>()
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var summary = SimulationSummary()
    var checker: Checker
    /// No more faults: what is broken now must mend itself.
    var isCalm = false

    // What outlives hostd.
    var instances: [InstanceID: SimulatedInstance] = [:]
    var snapshots: [ServiceName: FieldText] = [:]
    var marks: [ServiceName: ServiceMark] = [:]
    var portTaken: Set<ServiceName> = []
    var nextPid: Int32 = 100
    var ticks: UInt64 = 1

    // hostd itself.
    var machine: HostMachine?
    /// Counts hostd's lives: what an earlier one planned reaches nobody.
    var life = 0
    var inbox: [HostMachine.Event] = []
    var inboxRuns = false
    /// The one timer of each service.
    var timers: [ServiceName: Instant] = [:]
    /// hostd is killed before the effect to which this counts down.
    var effectsToLive: Int?
    var isShuttingDown = false

    private var traceRing: [String] = []
    private static let traceLimit = 120

    init(seed: UInt64) {
        self.seed = seed
        scenario = Scenario(seed: seed)
        let list = scenario.services()
        specifications = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
        checker = Checker(specifications: specifications)
    }

    func note(_ text: @autoclosure () -> String) {
        if traceRing.count >= Self.traceLimit { traceRing.removeFirst(Self.traceLimit / 2) }
        traceRing.append("\((now - .zero).seconds) \(text())")
    }

    func fail(_ message: String) -> SimulationFailure {
        SimulationFailure(seed: seed, message: "at \((now - .zero).seconds): \(message)", trace: traceRing)
    }

    /// Virtual time passes until `end`.
    func run(until end: Instant) throws(SimulationFailure) {
        while let (at, occurrence) = queue.next() {
            guard at <= end else {
                queue.plan(occurrence, at: at)
                now = max(now, end)
                return
            }
            now = max(now, at)
            try happen(occurrence)
            if let broken = checker.firstViolation { throw fail(broken) }
        }
        now = max(now, end)
    }

    private func happen(_ occurrence: Occurrence) throws(SimulationFailure) {
        switch occurrence {
        case .keeperReports(let instance): keeperReports(instance)
        case .mainEnds(let instance, let status): mainEnds(instance, status)
        case .leftOversEnd(let instance): leftOversEnd(instance)
        case .treeKilled(let instance): treeKilled(instance)
        case .probeAnswered(let instance, let kind, let number, let life):
            guard life == self.life, machine != nil, let found = instances[instance] else { return }
            feed(.service(instance.service, .probed(instance, kind, number: number, found.answers(kind, at: now))))
        case .sweepDone(let instance, let life): sweepDone(instance, life: life)
        case .wake(let name, let at, let life):
            guard life == self.life, machine != nil, timers[name] == at else { return }
            timers[name] = nil
            feed(.service(name, .wake))
        case .personActs: personActs()
        case .faultStrikes: faultStrikes()
        case .hostdReturns: hostdReturns()
        case .portFreed(let name): portTaken.remove(name)
        }
    }
}
