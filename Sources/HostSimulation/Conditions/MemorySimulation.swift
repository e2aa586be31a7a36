// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A host whose services leak and are at work as a seed says: their limits, the condition `memory`, and its alerts.
public struct MemorySimulation {
    /// A service with its leak.
    private struct Service {
        let name: String
        let base: Double
        /// Bytes a second.
        let leak: Double
        let limits: LimitsSpecification
        var machine: LimitsMachine
        var memory: Double
        var isBusy = false
        var busyEnds = Instant.zero
        /// It was asked to end, and does so then.
        var endsAt: Instant?
        var restarts = 0
    }

    private static let clear: Duration = .seconds(60)
    private static let hours = 3
    /// The longest time from the request to end to the end.
    private static let grace = 20.0

    private let seed: UInt64
    private let total: Double
    private var random: SplitMix64
    private var now = Instant.zero
    private var services: [Service] = []
    /// What others on the host take, and what of it comes and goes each few seconds.
    private var others: Double
    private var swing = 0.0
    private var swingEnds = Instant.zero
    private var changesBefore = 0
    private var guardian: MemoryGuard
    private var record = LevelRecord()
    private var reader = AlertReader("memory", quiet: .seconds(600))

    /// Runs one seed: hours of leaks, then an hour of rest. Throws what did not hold.
    public static func run(seed: UInt64) throws(SimulationFailure) {
        var simulation = MemorySimulation(seed: seed)
        try simulation.run()
    }

    private init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix64(seed: seed &* 5 &+ 2)
        total = (4 + 60 * random.unit()) * 1_073_741_824
        others = total * 0.2 * random.unit()
        guardian = MemoryGuard(at: .zero)
        for number in 0..<(1 + random.next() % 5) {
            let most = total * (0.05 + 0.1 * random.unit())
            // What it grows in its grace and between two looks fits between 90 % of the limit and all of it.
            let leak = random.unit() < 0.3 ? 0 : most * 0.1 / (Self.grace + 6) * random.unit()
            let limits = LimitsSpecification(memoryBytes: UInt64(most), memoryRestartBytes: UInt64(most * 0.7))
            services.append(
                Service(
                    name: "s\(number)", base: most * 0.3, leak: leak, limits: limits, machine: LimitsMachine(limits),
                    memory: most * 0.3))
        }
        self.random = random
    }

    private mutating func run() throws(SimulationFailure) {
        while now < .zero + .seconds(Self.hours * 3600) { try step() }
        others = 0
        swing = 0
        swingEnds = now + .seconds(86400)
        let end = now + .seconds(3600)
        while now < end { try step() }
        try require(guardian.condition.level == .ok, "it is \(guardian.condition.level.rawValue) with enough of it")
        try require(reader.believesOK, "nobody was told that it is over")
        try require(reader.firings <= record.rises, "\(reader.firings) alerts for \(record.rises) rises")
        for service in services where service.leak == 0 {
            try require(service.restarts == 0, "\(service.name) does not leak, and was restarted")
        }
    }

    private mutating func step() throws(SimulationFailure) {
        now = now + .seconds(2)
        if now >= swingEnds { try change() }
        for index in services.indices { try look(at: index) }
        let isUp = now.nanoseconds / 10_000_000_000 % 2 == 0
        let taken = services.reduce(others + (isUp ? swing : 0)) { $0 + $1.memory }
        let sample = MemorySample(
            totalBytes: UInt64(total), availableBytes: UInt64(max(total - taken, 0)), fullPercent: 0)
        for effect in guardian.handle(sample, at: now) {
            guard case .say(let level, _) = effect else { continue }
            if let wrong = record.take(level, least: Self.clear, at: now) { try require(false, wrong) }
            reader.changed(to: level, at: now)
        }
        reader.wake(at: now)
        if let wrong = reader.problem { try require(false, wrong) }
    }

    private mutating func change() throws(SimulationFailure) {
        if swing > 0 {
            let changes = record.changes - changesBefore
            try require(changes <= 4, "it changed \(changes) times while some memory only came and went")
        }
        changesBefore = record.changes
        swingEnds = now + .seconds(300 + 1500 * random.unit())
        swing = random.unit() < 0.5 ? 0 : total * 0.4 * random.unit()
        others = total * 0.3 * random.unit()
    }

    private mutating func look(at index: Int) throws(SimulationFailure) {
        var service = services[index]
        defer { services[index] = service }
        if now >= service.busyEnds {
            service.isBusy.toggle()
            service.busyEnds = now + .seconds(60 + 1200 * random.unit())
        }
        service.memory += service.leak * 2
        if let ends = service.endsAt {
            guard now >= ends else { return }
            service.endsAt = nil
            service.restarts += 1
            service.memory = service.base
            service.machine = LimitsMachine(service.limits)
            return
        }
        let before = service.memory
        let use = ResourceUse(memoryBytes: UInt64(service.memory), tasks: 1)
        guard let breach = service.machine.take(use, isBusy: service.isBusy, at: now) else {
            // Two looks, and the one that it takes to get there.
            let late = Double(service.limits.memoryRestartBytes ?? 0) + service.leak * 6
            try require(service.isBusy || before <= late, "\(service.name) is quiet, and over memory_restart")
            return
        }
        let most = Double(service.limits.memoryBytes ?? 0)
        try require(!breach.isUrgent, "\(service.name) was left to be killed: \(breach.reason)")
        try require(
            !service.isBusy || before >= most * LimitsMachine.nearShare,
            "\(service.name) was restarted at work: \(breach.reason)")
        let takes = Self.grace * random.unit()
        service.endsAt = now + .seconds(takes)
        try require(before + service.leak * takes < most, "\(service.name) has no room for its grace")
    }

    private func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(SimulationFailure) {
        guard !holds else { return }
        throw SimulationFailure(
            seed: seed, message: "memory at \(now.nanoseconds / 1_000_000_000) s: \(message())", trace: [])
    }
}
