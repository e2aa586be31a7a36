// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The history as hostd tells it, page by page.
struct EventFeed {
    /// One page: its events as they read and as they came.
    struct Page {
        var events: [EventRecord] = []
        var json: [JSON] = []
        /// The newest that was looked at.
        var lastID: Int64 = 0

        /// Only those for which `isWanted`.
        func filtered(_ isWanted: (EventRecord) -> Bool) -> Page {
            let kept = events.indices.filter { isWanted(events[$0]) }
            return Page(events: kept.map { events[$0] }, json: kept.map { json[$0] }, lastID: lastID)
        }

        /// The last `count`.
        func last(_ count: Int) -> Page {
            Page(events: events.suffix(count), json: json.suffix(count), lastID: lastID)
        }

        /// Adds a later page.
        mutating func append(_ other: Page) {
            events += other.events
            json += other.json
            lastID = other.lastID
        }
    }

    private static let pageSize = 1000
    /// hostd gives no more at once.
    private static let largestPage = 10_000

    private let client: ControlClient
    private let subjects: EventSubjects
    /// The newest event that was looked at.
    private(set) var lastID: Int64 = 0

    init(_ session: Session, _ subjects: EventSubjects) {
        client = session.client
        self.subjects = subjects
    }

    /// The newest `count` events, oldest first.
    mutating func newest(_ count: Int) throws(Failure) -> Page {
        // To ask for no event is to ask where the history ends. Of several subjects any may be among the newest.
        let limit = subjects.areMixed ? Self.largestPage : min(max(count, 1), Self.largestPage)
        return try ask(limit: limit, since: nil).last(count)
    }

    /// All events since `time`, oldest first, page by page.
    mutating func all(since time: WallTime, _ body: (Page) -> Void) throws(Failure) {
        var page = try ask(limit: Self.pageSize, since: nil, unless: { $0 < time })
        if page == nil {
            // The newest do not reach back far enough: all that is kept, from its beginning.
            lastID = 0
            page = try ask(limit: Self.pageSize, since: 0)
        }
        while let found = page {
            body(found.filtered { $0.at >= time })
            let before = lastID
            let next = try ask(limit: Self.pageSize, since: lastID)
            page = next.lastID > before ? next : nil
        }
    }

    /// The events of an answer.
    static func page(_ answer: ControlClient.Answer, _ client: ControlClient) throws(Failure) -> Page {
        let page = try client.read(answer.json, as: EventPage.init(json:))
        return Page(
            events: page.events, json: answer.json["events"]?.elements ?? [],
            lastID: max(page.lastID, page.events.last?.id ?? 0))
    }

    private mutating func ask(limit: Int, since: Int64?) throws(Failure) -> Page {
        let answer = try client.get(.events(limit: limit, of: subjects.only, since: since))
        let page = try Self.page(answer, client)
        lastID = page.lastID
        return page.filtered(subjects.wants)
    }

    /// nil when the page does not begin before a time that `isEarly` knows, and so may not be all of it.
    private mutating func ask(
        limit: Int, since: Int64?, unless isEarly: (WallTime) -> Bool
    ) throws(Failure) -> Page? {
        let answer = try client.get(.events(limit: limit, of: subjects.only, since: since))
        let page = try Self.page(answer, client)
        lastID = page.lastID
        if let first = page.events.first, !isEarly(first.at) { return nil }
        return page.filtered(subjects.wants)
    }
}
