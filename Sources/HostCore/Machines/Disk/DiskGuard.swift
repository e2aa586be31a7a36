// SPDX-License-Identifier: Apache-2.0

/// Watches over one file system: how far it has come, and what is to be done. Drawn in docs/conditions.md.
public struct DiskGuard: Hashable, Sendable {
    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// It has come to another step, or became writable or unwritable.
        case changed
        /// No new job is to be started that writes here; or they may be again.
        case holdJobs(Bool)
        /// Old files may go until so many bytes are free again.
        case clean(bytes: UInt64)
        /// The service or job that grows fastest is to be stopped, after it was asked for a checkpoint.
        case stopGrower
        /// The ballast goes.
        case giveBallast
        /// The ballast is made again.
        case makeBallast
    }

    /// Cleaning is tried again so often while it has not helped.
    private static let cleaningPause: Duration = .seconds(600)
    /// One grower at a time: this long until the next.
    private static let growerPause: Duration = .seconds(30)
    /// Ballast is made only where so many times its size is available.
    private static let ballastRoom: UInt64 = 4

    /// How far it has come.
    public private(set) var step: DiskStep = .fine
    /// What stands in the way of writing to it.
    public private(set) var fault: DiskReading.Fault?
    /// The bytes that were available.
    public private(set) var available = SampleSeries()
    /// When it will be full.
    public private(set) var forecast = DiskForecast()
    /// The last look.
    public private(set) var reading: DiskReading?
    /// The ballast that there should be on this file system, in bytes; 0: none.
    public var ballastWanted: UInt64 = 0

    private let settle: Duration
    private let steps: [DiskStep] = [.warn, .gate, .evict, .emergency]
    private var machines: [ConditionMachine]
    private var writing: ConditionMachine
    private var forecastAt: Instant?
    private var cleanAt: Instant?
    private var growerAt: Instant?
    private var ballastAt: Instant?

    /// Nothing seen yet. A step is over when there was room for as long as `settle`.
    public init(settle: Duration = .seconds(300), at now: Instant) {
        self.settle = settle
        machines = steps.map {
            ConditionMachine(patience: .init(warn: $0.patience, critical: $0.patience, clear: settle), at: now)
        }
        writing = ConditionMachine(patience: .init(warn: .zero, critical: .zero, clear: settle), at: now)
    }

    /// What the condition `disk` is by this file system.
    public var level: ConditionLevel { fault == nil ? step.level : .critical }

    /// The time until it is full; nil where nothing says that it will be.
    public var timeUntilFull: Duration? {
        reading.flatMap { forecast.timeUntilFull(availableBytes: $0.availableBytes) }
    }

    /// Goes on from what was available before.
    public mutating func recall(_ earlier: [SampleSeries.Point]) {
        available.goOn(from: earlier)
        forecastAt = nil
    }

    /// Takes a look at the file system.
    public mutating func handle(_ reading: DiskReading, at now: Instant) -> [Effect] {
        // What the first look finds was so before: hostd has only just come.
        let isFirst = self.reading == nil
        self.reading = reading
        available.note(Double(reading.availableBytes), at: now)
        if forecastAt.map({ now - $0 >= available.step }) ?? true {
            forecast = DiskForecast(available, at: now)
            forecastAt = now
        }
        let before = (step, fault)
        takeFault(reading.fault, at: now)
        step = .fine
        for (index, step) in steps.enumerated() {
            let isReached = isReached(step, reading)
            let isHeld = isHeld(step, reading)
            let look = ConditionMachine.Reading(isReached ? .critical : .ok, heldAt: isHeld ? .critical : .ok)
            if isFirst { _ = machines[index].handle(look, at: now - .seconds(3600)) }
            _ = machines[index].handle(look, at: now)
            if machines[index].level != .ok { self.step = step }
        }
        var effects: [Effect] = before == (step, fault) ? [] : [.changed]
        if (before.0 >= .gate) != (step >= .gate) { effects.append(.holdJobs(step >= .gate)) }
        effects += measures(rising: step > before.0, reading, at: now)
        return effects
    }

    /// A fault is believed at once, and forgotten when writing went well for a while.
    private mutating func takeFault(_ new: DiskReading.Fault?, at now: Instant) {
        let known: DiskReading.Fault? = new == .noRoom ? nil : new
        _ = writing.handle(.init(known == nil ? .ok : .critical), at: now)
        if let known { fault = known } else if writing.level == .ok { fault = nil }
    }

    private func isReached(_ step: DiskStep, _ reading: DiskReading) -> Bool {
        if isBelow(reading, { $0.limit(step) }) { return true }
        switch step {
        case .fine, .evict: return false
        case .emergency: return reading.fault == .noRoom
        case .warn: return isFull(within: .seconds(24 * 3600), reading) && reading.share < 0.4
        case .gate:
            let limit = DiskThresholds(capacityBytes: reading.capacityBytes).limit(.evict)
            return isFull(within: .seconds(4 * 3600), reading) && reading.share < 0.2
                || forecast.isFillingFast(availableBytes: reading.availableBytes, to: limit)
        }
    }

    private func isHeld(_ step: DiskStep, _ reading: DiskReading) -> Bool {
        if isReached(step, reading) || isBelow(reading, { $0.clear(step) }) { return true }
        switch step {
        case .fine, .evict, .emergency: return false
        case .warn: return isFull(within: .seconds(36 * 3600), reading) && reading.share < 0.42
        case .gate: return isFull(within: .seconds(6 * 3600), reading) && reading.share < 0.22
        }
    }

    private func isBelow(_ reading: DiskReading, _ limit: (DiskThresholds) -> Double) -> Bool {
        if Double(reading.availableBytes) < limit(DiskThresholds(capacityBytes: reading.capacityBytes)) { return true }
        guard reading.inodes > 0 else { return false }
        return Double(reading.availableInodes) < limit(DiskThresholds(inodes: reading.inodes))
    }

    private func isFull(within span: Duration, _ reading: DiskReading) -> Bool {
        forecast.timeUntilFull(availableBytes: reading.availableBytes).map { $0 < span } ?? false
    }

    private mutating func measures(rising: Bool, _ reading: DiskReading, at now: Instant) -> [Effect] {
        var effects: [Effect] = []
        if step >= .gate, fault == nil, rising || isDue(cleanAt, Self.cleaningPause, now) {
            cleanAt = now
            let wanted = DiskThresholds(capacityBytes: reading.capacityBytes).clear(.gate)
            effects.append(.clean(bytes: UInt64(max(wanted - Double(reading.availableBytes), 0))))
        }
        if step >= .evict, rising || isDue(growerAt, Self.growerPause, now) {
            growerAt = now
            effects.append(.stopGrower)
        }
        if step == .emergency, reading.ballastBytes > 0 { effects.append(.giveBallast) }
        if hasRoomForBallast(reading), isDue(ballastAt, settle, now) {
            ballastAt = now
            effects.append(.makeBallast)
        }
        return effects
    }

    private func hasRoomForBallast(_ reading: DiskReading) -> Bool {
        guard ballastWanted > 0, reading.ballastBytes == 0, step < .emergency, fault == nil else { return false }
        let (needed, overflow) = ballastWanted.multipliedReportingOverflow(by: Self.ballastRoom)
        guard !overflow, reading.availableBytes >= needed else { return false }
        let left = Double(reading.availableBytes - ballastWanted)
        return left > DiskThresholds(capacityBytes: reading.capacityBytes).clear(.emergency)
    }

    private func isDue(_ last: Instant?, _ pause: Duration, _ now: Instant) -> Bool {
        last.map { now - $0 >= pause } ?? true
    }
}
