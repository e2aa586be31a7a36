// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A whole host in one thread: processes, runtime folder, store and hostd, under virtual time and seeded faults.
final class SimulatedHost {
    /// What may happen next.
    enum Occurrence {
        case keeperStarts(SimulatedInstance)
        case mainEnds(SimulatedInstance, ExitStatus)
        case leftOversEnd(SimulatedInstance)
        case treeKilled(SimulatedInstance)
        case keeperGoesOn(SimulatedInstance)
        case saysReady(SimulatedInstance)
        case saysItStops(SimulatedInstance)
        case speaks(SimulatedInstance)
        case probeAnswered(SimulatedInstance, ProbeKind, number: UInt64, life: Int)
        case strayEnds(SimulatedInstance, life: Int)
        case sweepDone(Int, InstanceID, life: Int)
        case wake(Int, at: Instant, life: Int)
        case storeWrites(life: Int)
        case portFreed(Int)
        case snapshotsMended
        case personActs
        case faultStrikes
        case hostdReturns
    }

    let seed: UInt64
    let services: [SimulatedService]
    private let indices: [ServiceName: Int]
    var scenario: Scenario
    var queue = TimeQueue<Occurrence>()
    var now = Instant(nanoseconds: 1_000_000_000_000)
    var summary = SimulationSummary()
    var checker: Checker
    var trace: Trace
    /// No more faults: what is broken now must mend itself.
    var isCalm = false
    var isShuttingDown = false

    // What outlives hostd.
    /// Writes to the store fail until then.
    var storeFailsUntil: Instant = .zero
    /// Snapshots cannot be written: what the files keep saying meanwhile.
    var staleSnapshots: [String?]?
    private var nextPid: Int32 = 100
    private var ticks: UInt64 = 1

    /// The conditions of the host that are critical.
    var critical: Set<ConditionKind> = []

    // hostd itself.
    var machine: HostMachine?
    /// Counts hostd's lives: what an earlier one planned reaches nobody.
    var life = 0
    var inbox: [HostMachine.Event] = []
    var inboxRuns = false
    var storeIsBusy = false
    /// hostd is killed before the effect, or the event, to which this counts down.
    var stepsToLive: Int?
    var saidAllStopped = false

    private var eventsAtOnce = 0

    init(seed: UInt64, traced: Bool) {
        self.seed = seed
        scenario = Scenario(seed: seed)
        trace = Trace(isOn: traced)
        services = scenario.services().enumerated().map { SimulatedService(index: $0.offset, $0.element) }
        indices = Dictionary(services.map { ($0.name, $0.index) }) { first, _ in first }
        checker = Checker(services)
    }

    func service(_ name: ServiceName) -> SimulatedService? {
        indices[name].map { services[$0] }
    }

    /// hostd's view of a service.
    func view(_ service: SimulatedService) -> ServiceMachine? {
        machine?.services[service.name]
    }

    func fail(_ message: String) -> SimulationFailure {
        SimulationFailure(seed: seed, message: "at \((now - .zero).seconds): \(message)", trace: trace.lines)
    }

    /// Virtual time passes until `end`.
    func run(until end: Instant) throws(SimulationFailure) {
        while let at = queue.nextTime, at <= end, let occurrence = queue.takeNext() {
            if at > now {
                now = at
                eventsAtOnce = 0
            }
            eventsAtOnce += 1
            happen(occurrence)
            if eventsAtOnce > 10_000 { checker.require(false, "hostd runs in circles while time stands still") }
            if let broken = checker.firstViolation { throw fail(broken) }
        }
        now = max(now, end)
    }

    private func happen(_ occurrence: Occurrence) {
        switch occurrence {
        case .keeperStarts(let instance): keeperStarts(instance)
        case .mainEnds(let instance, let status): mainEnds(instance, status)
        case .leftOversEnd(let instance): leftOversEnd(instance)
        case .treeKilled(let instance): treeKilled(instance)
        case .keeperGoesOn(let instance): keeperGoesOn(instance)
        case .saysReady(let instance): saysReady(instance)
        case .saysItStops(let instance): saysItStops(instance)
        case .speaks(let instance): speaks(instance)
        case .probeAnswered(let instance, let kind, let number, let life):
            guard life == self.life, machine != nil else { return }
            probeAnswered(instance, kind, number)
        case .strayEnds(let instance, let life): if life == self.life, machine != nil { strayEnds(instance) }
        case .sweepDone(let index, let instance, let life): sweepDone(services[index], instance, life: life)
        case .wake(let index, let at, let life):
            guard life == self.life, machine != nil, services[index].timer == at else { return }
            services[index].timer = nil
            wake(services[index])
        case .storeWrites(let life): if life == self.life, machine != nil { storeWrites() }
        case .portFreed(let index): services[index].isPortTaken = false
        case .snapshotsMended: snapshotsMended()
        case .personActs: personActs()
        case .faultStrikes: faultStrikes()
        case .hostdReturns: hostdReturns()
        }
    }

    /// A small pid space, so that pids are reused by strangers soon.
    func newProcess() -> ProcessIdentity {
        nextPid = nextPid % 400 + 100
        ticks += 1
        return ProcessIdentity(pid: nextPid, startTicks: ticks)
    }
}
