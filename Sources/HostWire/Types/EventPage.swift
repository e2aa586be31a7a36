// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/events` answers.
public struct EventPage: Hashable, Sendable {
    /// The entries, oldest first.
    public var events: [EventRecord]
    /// The number of the newest entry that was looked at: what to ask `since` next.
    public var lastID: Int64

    /// These entries.
    public init(events: [EventRecord], lastID: Int64) {
        self.events = events
        self.lastID = lastID
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        events = try fields.list("events", EventRecord.init)
        lastID = try fields.integer("last_id")
    }

    /// The JSON form.
    public var json: JSON { ["events": .array(events.map(\.json)), "last_id": JSON(lastID)] }
}
