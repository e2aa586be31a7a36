// SPDX-License-Identifier: Apache-2.0

import HostCore
public import HostLoop

/// A loop for one test, which holds the main actor while it runs: no two of them run at once.
@MainActor
public final class TestLoop {
    /// The loop.
    public let events: EventLoop
    /// How often the loop has woken up.
    public private(set) var turns = 0
    private let seconds: Int
    private var kept: [Any] = []
    private var isStopped = false
    private var isLate = false

    /// A loop that gives up when it runs for `seconds` on end.
    public init(seconds: Int = 60) throws {
        events = try EventLoop()
        self.seconds = seconds
    }

    /// Keeps a source for as long as this loop.
    @discardableResult
    public func keep<Value>(_ value: Value) -> Value {
        kept.append(value)
        return value
    }

    /// Ends `run`, or the next one.
    public func stop() { isStopped = true }

    /// Runs until `stop`, as often as a test likes; throws when it never comes.
    public func run(until event: String = "the end of the loop") throws {
        let alarm = try events.timer { self.isLate = true }
        alarm.arm(at: events.now + .seconds(seconds))
        while !isStopped, !isLate {
            try events.step()
            turns += 1
        }
        guard isStopped else { throw NeverCame(event: event) }
        isStopped = false
    }
}

/// What a loop waited for did not come.
public struct NeverCame: Error {
    /// What was waited for.
    public let event: String

    /// `event` did not come.
    public init(event: String) {
        self.event = event
    }
}
