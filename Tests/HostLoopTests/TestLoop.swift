// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLoop

/// A loop for one test, which holds the main actor while it runs: no two of them run at once.
final class TestLoop {
    let events: EventLoop
    private var kept: [Any] = []
    private var alarm: TimerSource?

    /// A loop that gives up after `seconds`.
    init(seconds: Int = 30) throws {
        events = try EventLoop()
        let events = self.events
        alarm = try events.timer { events.exit(code: 99) }
        alarm?.arm(at: events.now + .seconds(seconds))
    }

    /// Keeps a source for as long as this loop.
    @discardableResult
    func keep<Value>(_ value: Value) -> Value {
        kept.append(value)
        return value
    }

    /// Ends `run`.
    func stop() { events.exit(code: 0) }

    /// Runs until `stop`; throws when it never comes.
    func run(until event: String = "the end of the loop") throws {
        if try events.run() == 99 { throw NeverCame(event: event) }
    }
}

/// What a loop waited for did not come.
struct NeverCame: Error {
    let event: String
}
