// SPDX-License-Identifier: Apache-2.0

/// What one alert has told, has to tell, and how delivery goes.
public struct AlertRoute: Hashable, Sendable {
    /// What an alert knows of one cause.
    public struct Cause: Hashable, Sendable {
        /// The troubles of it that hold now.
        public var open: Set<String> = []
        /// Those that were told of since it began; empty: none.
        public var told: Set<String> = []
        /// The worst that was told.
        public var toldSeverity: AlertSeverity?
        /// What is to be told when the quiet time is over, or there is room.
        public var pending: AlertOccasion?
        /// Until then it is not told of again.
        public var quietUntil: Instant?
        /// So often it was there, untold.
        public var repeats = 0

        /// Nothing is known of it.
        public init() {}

        func isForgotten(at now: Instant) -> Bool {
            open.isEmpty && told.isEmpty && pending == nil && (quietUntil ?? .zero) <= now
        }
    }

    /// Delivery fails.
    public struct Failure: Hashable, Sendable {
        /// Since when.
        public var since: Instant
        /// So often in a row.
        public var attempts: Int
        /// Why, the last time.
        public var reason: String
    }

    /// What the configuration says.
    public internal(set) var specification: AlertSpecification
    /// What waits, the oldest first; the first may be on its way.
    public internal(set) var queue: [AlertMessage] = []
    /// By cause.
    public internal(set) var causes: [String: Cause] = [:]
    /// So many messages were dropped that nobody was told of yet.
    public internal(set) var dropped = 0
    /// The number of the message that is on its way.
    public internal(set) var inFlight: UInt64?
    /// How delivery fails, while it does.
    public internal(set) var failure: Failure?
    /// Not tried before then.
    var notBefore: Instant = .zero

    /// Nothing was told yet.
    public init(_ specification: AlertSpecification) {
        self.specification = specification
    }

    /// As it was kept.
    public init(
        _ specification: AlertSpecification, queue: [AlertMessage], causes: [String: Cause], dropped: Int
    ) {
        self.specification = specification
        self.queue = queue
        self.causes = causes
        self.dropped = dropped
    }

    /// When it has something to do next; nil: not before something happens.
    var deadline: Instant? {
        let tries = queue.isEmpty || inFlight != nil ? nil : notBefore
        let quiet = causes.values.compactMap { $0.pending == nil ? nil : $0.quietUntil }.min()
        return [tries, hasRoom ? quiet : nil].compactMap(\.self).min()
    }

    /// So many alerts wait at most.
    public static let queueLimit = 100

    var hasRoom: Bool { queue.count < Self.queueLimit }
}
