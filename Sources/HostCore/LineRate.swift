// SPDX-License-Identifier: Apache-2.0

/// How many lines may pass: so many in each stretch of time, and what came beyond is counted, as journald does it.
public struct LineRate: Sendable {
    /// So many lines pass in one stretch.
    public let burst: Int
    /// How long a stretch is; it begins with its first line.
    public let interval: Duration

    private var since: Instant?
    private var passed = 0
    private var held = 0

    /// At most `burst` lines in each `interval`.
    public init(burst: Int = 10_000, interval: Duration = .seconds(30)) {
        self.burst = burst
        self.interval = interval
    }

    /// Whether a line that comes at `now` passes. Ask `held` before.
    public mutating func admits(at now: Instant) -> Bool {
        if let since, now < since + interval {
            guard passed < burst else {
                held += 1
                return false
            }
        } else {
            since = now
            passed = 0
        }
        passed += 1
        return true
    }

    /// When the count of lines that were held back is to be told; nil while none was.
    public var tellAt: Instant? {
        guard held > 0, let since else { return nil }
        return since + interval
    }

    /// How many lines were held back, when it is time to tell.
    public func held(at now: Instant) -> Int? {
        guard let tellAt, tellAt <= now else { return nil }
        return held
    }

    /// It was told.
    public mutating func told() {
        held = 0
    }

    /// The line that was admitted last did not get through: it will come again.
    public mutating func takeBack() {
        passed -= 1
    }
}
