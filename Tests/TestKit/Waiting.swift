// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The event that a test waited for did not come.
public struct TimedOut: Error, CustomStringConvertible {
    /// What was waited for.
    public let event: String

    /// Describes an event that did not come.
    public init(event: String) {
        self.event = event
    }

    /// "timed out waiting for the gateway to be ready".
    public var description: String { "timed out waiting for \(event)" }
}

/// Waits until `condition` gives a value, looking every few milliseconds; throws after `seconds`.
@discardableResult
public func waitFor<Value>(
    _ event: String, seconds: Double = 20, _ condition: () throws -> Value?
) throws -> Value {
    var spent = 0.0
    while true {
        if let value = try condition() { return value }
        guard spent < seconds else { throw TimedOut(event: event) }
        usleep(5_000)
        spent += 0.005
    }
}

/// Waits until `condition` holds.
public func waitUntil(_ event: String, seconds: Double = 20, _ condition: () throws -> Bool) throws {
    try waitFor(event, seconds: seconds) { try condition() ? true : nil }
}

/// Lets time pass that no event marks: the moment of a kill, which is to be another one each time. Never for waiting.
public func letPass(microseconds: UInt32) {
    usleep(microseconds)
}
