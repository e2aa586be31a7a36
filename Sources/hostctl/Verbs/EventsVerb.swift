// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl events [NAME]`
enum EventsVerb {
    private static let usualCount = 50

    static let verb = Verb(
        name: "events", arguments: .services(0...1),
        summary: "the history: what happened, and why",
        details: [
            "Without -n and --since these are the last \(usualCount) events. Each line says when (local time), which "
                + "service, what happened, and why. --json prints one event a line, as hostd keeps it.",
            "With -f, a hostd that is away is waited for.",
        ],
        options: [.follow, .lines, .since],
        examples: [
            .init("hostctl events gateway -n 5", "the last five things that happened to the gateway"),
            .init("hostctl events --since 09:30 -f", "what happened since half past nine, then what is new"),
        ],
        exitCodes: [.noSuchName: "there is no service of that name"],
        run: { session throws(Failure) in
            var text = EventText(style: session.style)
            func show(_ page: EventFeed.Page) {
                if session.wantsJSON {
                    for event in page.json { session.out.json(event.bytes) }
                } else {
                    session.out.lines(text.lines(page.events))
                }
            }
            var feed = EventFeed(session)
            let count = try session.request.count(.lines)
            if let since = try session.request.value(.since).map({ (text) throws(Failure) in
                try PointInTime.read(text, now: session.now)
            }) {
                var last = EventFeed.Page(events: [], json: [])
                try feed.all(since: since) { page in
                    guard let count, count != .max else { return show(page) }
                    last.append(page, keeping: count)
                }
                show(last)
            } else {
                show(try feed.newest(count ?? usualCount))
            }
            guard session.request.has(.follow) else { return .fine }
            try Following.run(session) { () throws(Failure) in
                let page = try feed.next()
                show(page)
                return false
            }
        })
}
