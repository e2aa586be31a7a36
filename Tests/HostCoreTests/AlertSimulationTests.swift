// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Alerts under random troubles, outages of the other side, and restarts of hostd: what arrives keeps the promises.
struct AlertSimulationTests {
    @Test(arguments: [1...50, 51...100, 101...150, 151...200] as [ClosedRange<UInt64>])
    func everyPromiseIsKept(_ seeds: ClosedRange<UInt64>) {
        for seed in seeds {
            var world = AlertWorld(seed: seed)
            world.run()
            #expect(world.problems.isEmpty, "seed \(seed)")
            #expect(world.arrived > 0, "seed \(seed)")
        }
    }
}

private struct AlertWorld {
    private(set) var problems: [String] = []
    private(set) var arrived = 0
    private var random: SplitMix64
    private var machine = AlertMachine()
    private var now = Instant.zero + .seconds(1)
    /// What each subject is in, as the world has it: the kind of trouble, or nil.
    private var troubles: [String: String] = [:]
    /// By subject, what the reader believes: what was told of and is not over.
    private var believed: [String: Set<String>] = [:]
    private var way: AlertMessage?
    private var lastID: UInt64 = 0
    private var isDown = false
    private static let kinds = ["service.looping", "service.held"]
    private static let subjects = ["a", "b", "c", "disk", "network"]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        let on = ["service.looping", "service.held", "*.critical"].compactMap { AlertPattern($0) }
        let target = AlertSpecification.Target.exec(["x"], user: nil)
        feed(.configure([AlertSpecification(name: "a", key: "a", target: target, on: on, quiet: .seconds(120))]))
    }

    mutating func run() {
        for _ in 0..<2000 { step() }
        isDown = false
        for _ in 0..<500 {
            answer()
            now = machine.deadline ?? now + .seconds(1)
            feed(.wake)
        }
        for subject in Self.subjects {
            let told = !(believed[subject] ?? []).isEmpty
            if told != (troubles[subject] != nil) {
                problems.append("\(subject): in \(troubles[subject] ?? "none"), the reader believes \(told)")
            }
        }
        if machine.routes["a"]?.queue.isEmpty != true { problems.append("messages are left") }
    }

    private mutating func step() {
        switch random.next() % 10 {
        case 0...2: change(Self.subjects[Int(random.next() % UInt64(Self.subjects.count))])
        case 3...6: answer()
        case 7: isDown = random.next() % 3 == 0
        case 8 where random.next() % 10 == 0: restart()
        default:
            now = now + .seconds(Int64(random.next() % 40))
            feed(.wake)
        }
        let count = machine.routes["a"]?.queue.count ?? 0
        if count > AlertRoute.queueLimit * 2 { problems.append("\(count) messages wait") }
    }

    private mutating func change(_ subject: String) {
        let isCondition = ["disk", "network"].contains(subject)
        let worse = random.next() % 2 == 0
        let kind = isCondition ? "\(subject).critical" : Self.kinds[Int(random.next() % 2)]
        troubles[subject] = worse ? kind : nil
        if isCondition {
            feed(.condition(worse ? .critical : .ok, occasion("", subject, worse ? .error : .notice)))
        } else {
            feed(.happened(occasion(worse ? kind : "service.ready", subject, worse ? .error : .notice)))
        }
    }

    private func occasion(_ name: String, _ subject: String, _ severity: AlertSeverity) -> AlertOccasion {
        AlertOccasion(name: name, subject: subject, severity: severity, text: "x", wallMilliseconds: 0)
    }

    /// hostd goes on with what it kept; what was on its way has not arrived, or nobody knows.
    private mutating func restart() {
        let kept = machine.routes["a"]
        way = nil
        guard let kept else { return }
        machine = AlertMachine(
            [AlertRoute(kept.specification, queue: kept.queue, causes: kept.causes, dropped: kept.dropped)],
            lastID: lastID)
        feed(.wake)
    }

    private mutating func answer() {
        guard let message = way else { return }
        way = nil
        if isDown { return feed(.failed(route: "a", id: message.id, "down", isRefused: false)) }
        arrive(message)
        feed(.delivered(route: "a", id: message.id))
    }

    private mutating func arrive(_ message: AlertMessage) {
        arrived += 1
        if message.id <= lastID { problems.append("message \(message.id) after \(lastID)") }
        lastID = message.id
        let subject = message.occasion.subject
        switch message.status {
        case .firing:
            if believed[subject]?.contains(message.occasion.name) == true {
                problems.append("\(subject): \(message.occasion.name) twice")
            }
            believed[subject, default: []].insert(message.occasion.name)
        case .resolved:
            if believed[subject]?.isEmpty ?? true { problems.append("\(subject) is over and was never told of") }
            believed[subject] = []
        case .test: problems.append("a test")
        }
    }

    private mutating func feed(_ event: AlertMachine.Event) {
        for effect in machine.handle(event, at: now) {
            if case .deliver(_, let message) = effect { way = message }
        }
    }
}
