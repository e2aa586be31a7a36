// SPDX-License-Identifier: Apache-2.0

/// One message of an alert, waiting or on its way.
public struct AlertMessage: Hashable, Sendable {
    /// What it says of its cause.
    public enum Status: String, Hashable, Sendable {
        /// It has begun, or become worse.
        case firing
        /// It is over.
        case resolved
        /// Nothing: somebody wants to know whether messages arrive.
        case test
    }

    /// Its own number, rising: who gets the same one twice may drop one.
    public var id: UInt64
    /// What it says of its cause.
    public var status: Status
    /// What happened.
    public var occasion: AlertOccasion
    /// So often it happened since the last message, untold.
    public var repeats: Int
    /// So many messages before this one were dropped.
    public var dropped: Int
    /// Which cause it tells of.
    public var cause: String
    /// Since when it waits.
    public var queuedAt: Instant

    /// A message about `occasion`.
    public init(
        id: UInt64, status: Status, occasion: AlertOccasion, cause: String? = nil, repeats: Int = 0,
        dropped: Int = 0, queuedAt: Instant
    ) {
        self.id = id
        self.status = status
        self.occasion = occasion
        self.repeats = repeats
        self.dropped = dropped
        self.queuedAt = queuedAt
        self.cause = cause ?? occasion.cause
    }

    /// The line for people, with what was left out before it.
    public func line(host: String) -> String {
        let word =
            switch status {
            case .firing: occasion.severity.rawValue
            case .resolved: "resolved"
            case .test: "test"
            }
        var text = "[\(host)] \(word): \(occasion.text)"
        if repeats > 0 { text += " (and \(repeats) \(repeats == 1 ? "time" : "times") more since the last message)" }
        if dropped > 0 { text += " (\(dropped) \(dropped == 1 ? "message" : "messages") before this were dropped)" }
        return text
    }
}
