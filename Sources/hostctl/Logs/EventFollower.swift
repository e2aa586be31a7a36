// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Goes on with what happens, over a stream that is opened again wherever it ends; page by page with a hostd that has
/// no stream.
struct EventFollower {
    private let session: Session
    private let service: String?
    private var lastID: Int64
    private var stream: EventStream?

    /// Follows what comes behind the event `lastID`.
    init(_ session: Session, service: String?, after lastID: Int64) {
        self.session = session
        self.service = service
        self.lastID = lastID
    }

    /// What is new; waits for it where there is a stream. Empty at the end of one: the next call opens another.
    mutating func next() throws(Failure) -> EventFeed.Page {
        var page = EventFeed.Page(events: [], json: [])
        if let stream {
            let events: [ServerSentEvents.Event]?
            do throws(Exchange.Problem) {
                events = try stream.next { session.out.wait(for: $0) }
            } catch {
                self.stream = nil
                throw session.client.failure(error)
            }
            if events == nil { self.stream = nil }
            for event in events ?? [] {
                let json = try session.client.parse(event.data)
                let record = try session.client.read(json, as: EventRecord.init(json:))
                take(EventFeed.Page(events: [record], json: [json]), &page)
            }
            return page
        }
        switch try session.client.stream(.events(of: service, since: lastID), after: lastID) {
        case .stream(let new): stream = new
        case .page(let answer): take(try EventFeed.page(answer, session.client), &page)
        }
        return page
    }

    /// Whether the next call waits by itself for what is new.
    var waits: Bool { stream != nil }

    /// After a reconnect hostd may say again what is known.
    private mutating func take(_ new: EventFeed.Page, _ page: inout EventFeed.Page) {
        for (event, json) in zip(new.events, new.json) where event.id > lastID {
            lastID = event.id
            page.events.append(event)
            page.json.append(json)
        }
    }
}
