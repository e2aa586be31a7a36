// SPDX-License-Identifier: Apache-2.0

import HostCore

/// One disk that is filled, flaps and is freed as a seed says, its guard, and the alerts of it.
public struct DiskSimulation {
    /// What happens to the room for some time.
    private enum Weather {
        case calm
        /// So many bytes come on top each second.
        case fill(Double)
        /// So much is written and removed again, over and over, each half as long as this.
        case flap(Double, period: Double)
        /// So many bytes go each second.
        case release(Double)
    }

    private static let settle: Duration = .seconds(300)
    private static let hours = 6

    private let seed: UInt64
    private let capacity: Double
    private let thresholds: DiskThresholds
    private var random: SplitMix64
    private var now = Instant.zero
    private var used: Double
    /// What flaps, on top.
    private var swing = 0.0
    private var ballast = 0.0
    private var oldFiles: Double
    private var weather = Weather.calm
    private var weatherEnds = Instant.zero
    private var changesBefore = 0
    private var guardian: DiskGuard
    private var record = LevelRecord()
    private var reader = AlertReader("disk", quiet: .seconds(600))

    /// Runs one seed: hours of trouble, then hours of room. Throws what did not hold.
    public static func run(seed: UInt64) throws(SimulationFailure) {
        var simulation = DiskSimulation(seed: seed)
        try simulation.run()
    }

    private init(seed: UInt64) {
        self.seed = seed
        var random = SplitMix64(seed: seed &* 3 &+ 1)
        capacity = (8 + 500 * random.unit()) * 1_073_741_824
        thresholds = DiskThresholds(capacityBytes: UInt64(capacity))
        used = capacity * (0.3 + 0.5 * random.unit())
        oldFiles = capacity * 0.1 * random.unit()
        guardian = DiskGuard(settle: Self.settle, at: .zero)
        guardian.ballastWanted = 512 << 20
        self.random = random
    }

    private mutating func run() throws(SimulationFailure) {
        while now < .zero + .seconds(Self.hours * 3600) { try step() }
        // Somebody makes room, and nothing happens any more.
        weather = .calm
        weatherEnds = now + .seconds(86400)
        (used, swing) = (min(used, capacity * 0.4), 0)
        let end = now + .seconds(3 * 3600)
        while now < end { try step() }
        try require(guardian.step == .fine, "it is still \(guardian.step.rawValue): \(guardian.trouble)")
        try require(reader.believesOK, "nobody was told that it is over")
        try require(reader.firings <= record.rises, "\(reader.firings) alerts for \(record.rises) rises")
    }

    private mutating func step() throws(SimulationFailure) {
        if now >= weatherEnds { try change() }
        let pause = guardian.pause(.seconds(10))
        pass(pause.seconds)
        now = now + pause
        let reading = reading
        let effects = guardian.handle(reading, at: now)
        let isEmpty = Double(reading.availableBytes) < thresholds.limit(.emergency)
        try require(!isEmpty || guardian.step == .emergency, "it is nearly full, and \(guardian.step.rawValue)")
        if guardian.step == .emergency, ballast > 0 {
            try require(effects.contains(.giveBallast), "the ballast is held back in an emergency")
        }
        for effect in effects { carryOut(effect) }
        if let wrong = record.take(guardian.level, least: Self.settle, at: now) { try require(false, wrong) }
        if effects.contains(.changed) { reader.changed(to: guardian.level, at: now) }
        reader.wake(at: now)
        if let wrong = reader.problem { try require(false, wrong) }
    }

    private mutating func change() throws(SimulationFailure) {
        if case .flap = weather {
            let changes = record.changes - changesBefore
            try require(changes <= 4, "it changed \(changes) times while the room only came and went")
        }
        changesBefore = record.changes
        swing = 0
        weatherEnds = now + .seconds(300 + 3000 * random.unit())
        let share = capacity * random.unit()
        switch random.next() % 6 {
        case 0: weather = .calm
        case 1: weather = .fill(share / 36_000)
        case 2: weather = .fill(share / 1800)
        case 3: weather = .flap(capacity * 0.04 * random.unit(), period: 20 + 100 * random.unit())
        default: weather = .release(share / 1800)
        }
    }

    private mutating func pass(_ seconds: Double) {
        switch weather {
        case .calm: break
        case .fill(let pace): used = min(used + pace * seconds, capacity - ballast)
        case .release(let pace): used = max(used - pace * seconds, capacity * 0.2)
        case .flap(let bytes, let period):
            let isUp = (now.nanoseconds / 1_000_000_000 % Int64(period)) * 2 < Int64(period)
            swing = isUp ? min(bytes, capacity - ballast - used) : 0
        }
    }

    private var reading: DiskReading {
        DiskReading(
            availableBytes: UInt64(max(capacity - used - swing - ballast, 0)), capacityBytes: UInt64(capacity),
            ballastBytes: UInt64(ballast))
    }

    private mutating func carryOut(_ effect: DiskGuard.Effect) {
        switch effect {
        case .changed, .holdJobs, .stopGrower: break
        case .clean(let bytes):
            let freed = min(Double(bytes), oldFiles, used)
            oldFiles -= freed
            used -= freed
        case .giveBallast: ballast = 0
        case .makeBallast: ballast = 512 * 1_048_576
        }
    }

    private func require(_ holds: Bool, _ message: @autoclosure () -> String) throws(SimulationFailure) {
        guard !holds else { return }
        throw SimulationFailure(
            seed: seed, message: "disk at \(now.nanoseconds / 1_000_000_000) s: \(message())", trace: [])
    }
}
