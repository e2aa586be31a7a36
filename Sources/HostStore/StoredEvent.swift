// SPDX-License-Identifier: Apache-2.0

/// One entry of history.
public nonisolated struct StoredEvent: Hashable, Sendable {
    /// Its number, rising; 0 before it is stored.
    public var id: Int64
    /// When, milliseconds since 1970; of an entry that stands for several, when it happened last.
    public var wallMilliseconds: Int64
    /// When it happened first, milliseconds since 1970.
    public var firstMilliseconds: Int64
    /// How often it happened.
    public var count: Int64
    /// Which service; nil for the host itself.
    public var service: String?
    /// What happened: `service.ready`, `host.started`.
    public var kind: String
    /// Which instance, if one.
    public var instance: String?
    /// Why, in words.
    public var reason: String

    /// An entry that is not stored yet.
    public init(wallMilliseconds: Int64, service: String?, kind: String, instance: String?, reason: String) {
        id = 0
        self.wallMilliseconds = wallMilliseconds
        firstMilliseconds = wallMilliseconds
        count = 1
        self.service = service
        self.kind = kind
        self.instance = instance
        self.reason = reason
    }
}

/// How far history reaches.
public nonisolated struct HistoryExtent: Hashable, Sendable {
    /// The newest number that was ever given.
    public var newest: Int64
    /// Entries up to this number may be gone; 0 when none is.
    public var prunedThrough: Int64

    /// History up to `newest`, of which what is beyond `prunedThrough` is whole.
    public init(newest: Int64, prunedThrough: Int64) {
        self.newest = newest
        self.prunedThrough = prunedThrough
    }
}

/// What the store remembers of a service over reboots.
public nonisolated struct StoredService: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// `stopped` by a person or `held` after an exit; nil for neither.
    public var mark: String?
    /// Why it has that mark.
    public var reason: String
    /// How often it was restarted in all.
    public var restarts: UInt64

    /// What is remembered of `name`.
    public init(name: String, mark: String?, reason: String, restarts: UInt64) {
        self.name = name
        self.mark = mark
        self.reason = reason
        self.restarts = restarts
    }
}
