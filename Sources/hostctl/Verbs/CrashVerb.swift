// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl crash list [NAME…]`, `hostctl crash show ID|NAME`
enum CrashVerb {
    static let verb = Verb(
        name: "crash", operands: [.listOrShow, .servicesOrNone],
        summary: "what was kept of each end that nobody wanted",
        details: [
            "`crash list` names them, the newest first; with NAMEs, those of these services. `crash show` prints all "
                + "that was kept of one: how it ended, what it had used, how the host was doing, what its probes said, "
                + "and its last lines. It is named by its ID, or by a service: that one's newest.",
            "hostd keeps the newest 20 of each service and 200 in all. What looks like a secret is hidden when it is "
                + "kept. Ends that somebody asked for, and exits in restart.success_exit, leave nothing.",
            "--json prints what hostd says, unchanged.",
        ],
        sample: [
            "$ hostctl crash list",
            "ID                                  WHEN    HOW",
            "20261125T174011.204Z-gateway.16     2h ago  exit 1 after 400 ms, last line: boom",
            "",
            "$ hostctl crash show gateway",
            "gateway.16  exit 1 after 400 ms",
            "         at  2026-11-25 17:40:11 (2h ago)",
            "   restarts  2",
            "       used  0.21 s user, 0.04 s system, 61 MiB at most",
            "     memory  5.1 GiB of 7.8 GiB available, load 0.31 0.22 0.18",
            "   pressure  cpu 2.1%, io 0%, memory 0% of the last 10 s",
            "     probes  live     ok   http http://127.0.0.1:18789/healthz  200 in 2 ms",
            "",
            "the last lines that it wrote",
            "2026-11-25 17:40:11.198  boom",
        ],
        options: [.lines],
        examples: [
            .init("hostctl crash list", "all that are kept"),
            .init("hostctl crash list gateway -n 5", "the gateway's last five"),
            .init("hostctl crash show gateway", "its newest, in full"),
            .init(
                "hostctl crash show 20261125T174011.204Z-gateway.16 --json | jq .pressure", "one of them, for scripts"),
        ],
        exitCodes: [.noSuchName: "nothing is kept of that ID or service"],
        run: { session throws(Failure) in
            let words = Array(session.request.words.dropFirst())
            switch session.request.words.first {
            case "list": return try list(words, session)
            case "show": return try show(words, session)
            case let other:
                throw .usage("\"\(CleanText.of(other ?? ""))\" is nothing that crash does (list or show)")
            }
        })

    private static func list(_ names: [String], _ session: Session) throws(Failure) -> ExitCode {
        let answer = try session.client.get(.crashes())
        let all = try session.client.read(answer.json, as: CrashList.init(json:)).crashes
        var wanted: Set<String> = []
        for name in names {
            let found = all.filter { isOf(name, $0) }
            if found.isEmpty { throw try none(of: name, session) }
            wanted.formUnion(found.map(\.id))
        }
        let count = try session.request.count(.lines) ?? .max
        let crashes = Array(all.filter { names.isEmpty || wanted.contains($0.id) }.prefix(count))
        if session.wantsJSON {
            session.out.json(CrashList(crashes: crashes).json.bytes)
        } else {
            session.out.lines(CrashTable(crashes, style: session.style, now: session.now).lines())
        }
        return .fine
    }

    private static func show(_ words: [String], _ session: Session) throws(Failure) -> ExitCode {
        guard let word = words.first, words.count == 1 else {
            throw .usage("crash show takes one ID or NAME (hostctl crash list names those that are kept)")
        }
        let answer = try session.client.get(.crash(try id(of: word, session)))
        if session.wantsJSON {
            session.out.json(answer.bytes)
            return .fine
        }
        let record = try session.client.read(answer.json, as: CrashRecord.init(json:))
        let count = try session.request.count(.lines) ?? .max
        session.out.lines(CrashPage(record: record, lineCount: count, style: session.style, now: session.now).lines())
        return .fine
    }

    /// An ID has a dash and ends like an instance; a service is looked up.
    private static func id(of word: String, _ session: Session) throws(Failure) -> String {
        let parts = word.split(separator: "-", maxSplits: 1)
        if parts.count == 2, InstanceID(String(parts[1])) != nil { return word }
        let found = try session.client.get(.crashes(of: word, limit: 1), as: CrashList.init(json:))
        guard let newest = found.crashes.first else { throw try none(of: word, session) }
        return newest.id
    }

    private static func isOf(_ name: String, _ crash: CrashBrief) -> Bool {
        crash.service == name || ServiceName(crash.service)?.family.text == name
    }

    /// Nothing is kept: of a service that is there that is good news.
    private static func none(of name: String, _ session: Session) throws(Failure) -> Failure {
        let selection = try Selection.resolve([name], session)
        if let failure = selection.failures.first { return failure }
        return Failure(.noSuchName, "no crash of \(CleanText.of(name)) is kept")
    }
}
