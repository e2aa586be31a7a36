// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The history as hostd tells it, page by page.
struct EventFeed {
    /// One page: its events as they read and as they came.
    struct Page {
        var events: [EventRecord]
        var json: [JSON]

        mutating func keep(from time: WallTime) {
            let kept = events.indices.filter { events[$0].at >= time }
            json = kept.map { json[$0] }
            events = kept.map { events[$0] }
        }

        /// Adds a later page and keeps the last `count` events of both.
        mutating func append(_ other: Page, keeping count: Int) {
            events = (events + other.events).suffix(count)
            json = (json + other.json).suffix(count)
        }
    }

    private static let pageSize = 1000

    private let client: ControlClient
    private let service: String?
    private var lastID: Int64 = 0

    init(_ session: Session) {
        client = session.client
        service = session.request.words.first
    }

    /// The newest `count` events, oldest first.
    mutating func newest(_ count: Int) throws(Failure) -> Page {
        // To ask for no event is to ask where the history ends.
        var page = try ask(limit: max(count, 1), since: nil)
        if count == 0 { page = Page(events: [], json: []) }
        return page
    }

    /// What came after the last page that was asked for; empty when nothing did.
    mutating func next() throws(Failure) -> Page {
        try ask(limit: Self.pageSize, since: lastID)
    }

    /// All events since `time`, oldest first, page by page.
    mutating func all(since time: WallTime, _ body: (Page) -> Void) throws(Failure) {
        var page = try ask(limit: Self.pageSize, since: nil)
        if page.events.first.map({ $0.at >= time }) ?? false {
            // The newest do not reach back far enough: all that is kept, from its beginning.
            lastID = 0
            page = try next()
        }
        while !page.events.isEmpty {
            page.keep(from: time)
            body(page)
            page = try next()
        }
    }

    private mutating func ask(limit: Int, since: Int64?) throws(Failure) -> Page {
        let answer = try client.get(.events(limit: limit, of: service, since: since))
        let page = try client.read(answer.json, as: EventPage.init(json:))
        lastID = max(page.lastID, page.events.last?.id ?? 0)
        return Page(events: page.events, json: answer.json["events"]?.elements ?? [])
    }
}
