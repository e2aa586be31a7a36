// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A service manager and the launches that go through it, while it hangs, refuses, restarts and is slow to let go of
/// names.
final class UnitWorld {
    enum Event {
        case launches(ServiceName)
        case arrives(InstanceID, connection: Int)
        case answers(InstanceID, UnitRefusal?, connection: Int)
        case starts(unit: String, serial: Int)
        case reads(unit: String, serial: Int)
        case recorded(InstanceID, unit: String, serial: Int)
        case heard(InstanceID)
        case ends(InstanceID, unit: String, serial: Int)
        case collected(unit: String, serial: Int)
        case signal(UnitBoard.Event, connection: Int)
        case connects(Int)
        case wake
        case breaks
        case restarts
        case hangs, recovers
        case cancels
        case strangers
    }

    /// Where the specification of a launch is.
    enum Specification { case queued, taken, discarded }
    enum Outcome: Equatable { case ran, failed(String), cancelled }

    struct Launch {
        let began: Instant
        var specification = Specification.queued
        var hasRecord = false
        var outcome: Outcome?
        /// Its unit will not get to the keeper.
        let failsToStart: Bool
        /// Something happened that may fail a launch.
        var isExcused: Bool
        var isKilled = false
    }

    struct Unit {
        let serial: Int
        /// Nil: somebody else's.
        let instance: InstanceID?
    }

    let seed: UInt64
    var scenario: Scenario
    var queue = TimeQueue<Event>()
    var now = Instant.zero
    var trace: Trace
    var summary = SimulationSummary()
    var violation: String?
    var isCalm = false

    var board = UnitBoard()
    var launches: [InstanceID: Launch] = [:]
    var counts: [ServiceName: UInt64] = [:]
    var units: [String: Unit] = [:]
    var lastSerial = 0
    /// Counts connections; a message of an older one does not arrive.
    var connection = 0
    var isConnected = false
    var isHung = false
    var isAway = false
    var wakeAt: Instant?
    /// What came while the manager hung.
    var held: [Event] = []

    init(seed: UInt64, traced: Bool) {
        self.seed = seed
        scenario = Scenario(seed: seed)
        trace = Trace(isOn: traced)
    }

    func require(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds, violation == nil { violation = message() }
    }

    func fail(_ message: String) -> SimulationFailure {
        SimulationFailure(seed: seed, message: "at \((now - .zero).seconds): \(message)", trace: trace.lines)
    }

    func run(until end: Instant) throws(SimulationFailure) {
        while let next = queue.nextTime, next <= end, let event = queue.takeNext() {
            now = max(now, next)
            summary.events += 1
            take(event)
            check()
            if let violation { throw fail(violation) }
        }
        now = end
    }

    /// Gives the board an event and does what it says.
    func feed(_ event: UnitBoard.Event) {
        trace.note("board: \(event)", at: now)
        for effect in board.handle(event, at: now) { carryOut(effect) }
        guard let deadline = board.deadline, wakeAt != deadline else { return }
        wakeAt = deadline
        queue.plan(.wake, at: max(now, deadline))
    }

    func later(_ event: Event, _ range: ClosedRange<Double>) {
        queue.plan(event, at: now + scenario.duration(range))
    }

    /// No launch waits longer than anybody would.
    private func check() {
        for instance in board.pending {
            guard let launch = launches[instance] else { return require(false, "\(instance) is on the board alone") }
            require(
                now - launch.began <= UnitBoard.patience + .seconds(1), "\(instance) waits since \(launch.began)")
            require(launch.outcome == nil, "\(instance) is over, and on the board")
        }
    }
}
