// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl events [NAME…]`
enum EventsVerb {
    private static let usualCount = 50

    static let verb = Verb(
        name: "events", operands: [.servicesOrNone],
        summary: "what happened, why, and what was done",
        details: [
            "The last 50, of the host and all services, or of those that are named; without -n and with --since all "
                + "that fit. \(Selector.help) A service that is configured no more has its history still.",
            "With -f they are shown as they happen. A hostd that is away is waited for, and nothing that happens "
                + "meanwhile is left out or shown twice.",
            "--json prints one event a line, as hostd keeps it.",
        ],
        sample: [
            "$ hostctl events gateway -n 3",
            "2026-11-25 17:40:11  gateway  exited    exit 1 after 0.4 s, last line: boom",
            "2026-11-25 17:40:11  gateway  starting  replaces gateway.16: exit 1 after 0.4 s, last line: boom",
            "2026-11-25 17:40:12  gateway  ready     ready 0.4 s after its start: 200 OK",
        ],
        options: [.follow, .lines, .since, .until],
        examples: [
            .init("hostctl events gateway -n 5", "the last five things that happened to the gateway"),
            .init("hostctl events --since 09:30 -f", "what happened since half past nine, then what is new"),
            .init("hostctl events -f --json | jq -r 'select(.kind == \"service.looping\").service'", "who loops, live"),
        ],
        exitCodes: [.noSuchName: "there is no service of that name, and no history of one"],
        run: { session throws(Failure) in
            let since = try session.request.point(.since, now: session.now)
            let until = try session.request.point(.until, now: session.now)
            let isFollowed = session.request.has(.follow)
            if isFollowed, until != nil { throw .usage("--follow has no end, and --until is one (give one of them)") }
            let subjects = try EventSubjects(session)
            var feed = EventFeed(session, subjects)
            var printer = EventPrinter(session)
            let count = try session.request.count(.lines) ?? (since ?? until == nil ? usualCount : .max)
            if since != nil || until != nil {
                var last = EventFeed.Page()
                try feed.all(since: since ?? WallTime(milliseconds: .min)) { page in
                    let page = page.filtered { event in until.map { event.at <= $0 } ?? true }
                    guard count != .max else { return printer.show(page) }
                    last.append(page)
                    last = last.last(count)
                }
                printer.show(last)
            } else {
                printer.show(try feed.newest(count))
            }
            guard isFollowed else { return .fine }
            var follower = EventFollower(session, service: subjects.only, after: feed.lastID)
            try Following.run(session) { () throws(Failure) in
                printer.show(try follower.next().filtered(subjects.wants))
                return follower.waits
            }
        })
}

/// Writes events as the command line wants them.
private struct EventPrinter {
    private let session: Session
    private var text: EventText

    init(_ session: Session) {
        self.session = session
        text = EventText(style: session.style)
    }

    mutating func show(_ page: EventFeed.Page) {
        if session.wantsJSON {
            for event in page.json { session.out.json(event.bytes) }
        } else {
            session.out.lines(text.lines(page.events))
        }
    }
}
