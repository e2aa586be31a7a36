// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLoop

/// A loop for one test, which holds the main actor while it runs: no two of them run at once.
final class TestLoop {
    let events: EventLoop
    private let seconds: Int
    private var kept: [Any] = []
    private var isStopped = false
    private var isLate = false

    /// A loop that gives up when it runs for `seconds` on end.
    init(seconds: Int = 60) throws {
        events = try EventLoop()
        self.seconds = seconds
    }

    /// Keeps a source for as long as this loop.
    @discardableResult
    func keep<Value>(_ value: Value) -> Value {
        kept.append(value)
        return value
    }

    /// Ends `run`, or the next one.
    func stop() { isStopped = true }

    /// Runs until `stop`, as often as a test likes; throws when it never comes.
    func run(until event: String = "the end of the loop") throws {
        let alarm = try events.timer { self.isLate = true }
        alarm.arm(at: events.now + .seconds(seconds))
        while !isStopped, !isLate { try events.step() }
        guard isStopped else { throw NeverCame(event: event) }
        isStopped = false
    }
}

/// What a loop waited for did not come.
struct NeverCame: Error {
    let event: String
}
