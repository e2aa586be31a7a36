// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model board fetch|show`
enum ModelBoardVerb {
    static let verb = Verb(
        name: "model board",
        operands: [Operand(kind: .oneOf(["fetch", "show"]), counts: 1...1)],
        summary: "the weekly public ranking of models, beside the week before and this host's own",
        details: [
            "`model board fetch` gets the ranking from board.url in models.toml, with the key in board.key_file, or "
                + "from a file that was saved, keeps it under its date, and shows what has changed since the week "
                + "before: all tokens, the first \(BoardChange.top) places, climbers, shares, and which models of "
                + "this host are not on it. `model board show` shows what was kept.",
            "It proposes a candidate at most and changes no policy: popularity is not quality, and token counts of "
                + "different tokenizers are not comparable. hostd is needed for --alert alone.",
            "--json prints {\"date\", \"days\", \"before\", \"total\", \"growth\", \"top\": [{\"place\", \"was\", "
                + "\"model\", \"tokens\", \"share\", \"growth\"}], \"gone\": [], \"climbers\": [], \"makers\": "
                + "[{\"name\", \"share\", \"was\"}], \"providers\": [], \"regions\": [], \"host\": [{\"model\", "
                + "\"places\", \"rank\", \"name\"}], \"host_problem\", \"proposal\": {\"tier\", \"model\", "
                + "\"reason\", \"text\"}, \"source\", \"caution\"}.",
        ],
        options: [.boardFile, .boardURL, .against, .boardAlert],
        examples: [
            .init("hostctl model board fetch", "this week's ranking, beside last week's"),
            .init("hostctl model board fetch --file rankings.json", "one that was saved"),
            .init("hostctl model board show --against 2026-05-03", "the newest, beside an older one"),
        ],
        exitCodes: [
            .failed: "no ranking was had, or none is kept yet", .noSuchName: "none of that date is kept",
            .notPermitted: "the key may not be read, or the state folder not be written",
            .badFile: "a file cannot be read",
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let word = session.request.words.first ?? ""
            let options: [CommandOption] =
                word == "fetch" ? [] : [.boardFile, .boardURL, .boardAlert].filter(session.request.has)
            if let option = options.first {
                throw .usage("--\(option.name) goes with model board fetch, not with show")
            }
            switch word {
            case "fetch": return try fetch(session)
            case "show": return try show(session)
            default: throw .usage("\"\(CleanText.of(word))\" is nothing that model board does (fetch, show)")
            }
        })

    private static func fetch(_ session: Session) throws(Failure) -> ExitCode {
        let policy = BoardPolicy(session)
        let store = BoardStore(session)
        let rankings = try BoardFetch.run(session, policy)
        guard let newest = rankings.last else { throw Failure(.failed, "there is no ranking in it") }
        let known = Set(store.dates().map(\.text))
        // The week before came along: it fills a gap, and what was kept of it then stays.
        for ranking in rankings.dropLast() where !known.contains(ranking.date) { try store.keep(ranking) }
        try store.keep(newest)
        let page = try page(newest, store, policy, session)
        tell(page, session)
        guard session.request.has(.boardAlert) else { return .fine }
        session.out.flush()
        let body: JSON = ["summary": .string(BoardText.summary(page.change, missing: page.missing))]
        guard try session.client.post(Target(["models", "board"]), body: body.bytes) != nil else {
            throw Failure(.failed, "hostd has not answered: whether it tells of the change is not known")
        }
        return .fine
    }

    private static func show(_ session: Session) throws(Failure) -> ExitCode {
        let store = BoardStore(session)
        tell(try page(try store.newest(), store, BoardPolicy(session), session), session)
        return .fine
    }

    private static func page(
        _ newest: BoardSnapshot, _ store: BoardStore, _ policy: BoardPolicy, _ session: Session
    ) throws(Failure) -> BoardPage {
        guard let text = session.request.value(.against) else {
            return BoardPage(BoardChange(newest, since: try store.before(newest.date)), policy)
        }
        guard let day = BoardDay(text) else {
            throw .usage("--against: \"\(CleanText.of(text))\" is no date (write one like 2026-05-17)")
        }
        let dates = store.dates()
        guard dates.contains(day) else {
            let known = dates.suffix(5).map(\.text).joined(separator: ", ")
            throw Failure(.noSuchName, "no ranking of \(day.text) is kept (the newest are of \(known))")
        }
        return BoardPage(BoardChange(newest, since: try store.read(day)), policy)
    }

    private static func tell(_ page: BoardPage, _ session: Session) {
        if session.wantsJSON {
            session.out.json(page.json.bytes)
        } else {
            session.out.lines(page.lines(session.style))
        }
        session.out.flush()
    }
}
