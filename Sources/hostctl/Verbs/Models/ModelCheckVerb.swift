// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostWire

/// `hostctl model check [FILE]`
enum ModelCheckVerb {
    static let verb = Verb(
        name: "model check", operands: [.fileOrNone],
        summary: "whether models.toml is right, without hostd",
        details: [
            "Reads models.toml beside hostd.toml, or FILE, and what it includes, and prints everything that is wrong "
                + "as file:line:column: what is wrong (what would be right). The tiers that the services and kinds of "
                + "the configuration use have to be there.",
            "Below, what is right and may yet be meant otherwise: a model without a price, a price without a model.",
            "hostd is not asked: hostctl model plan does that, and says what would change.",
            "--json prints {\"ok\", \"files\", \"tiers\", \"errors\": [{\"file\", \"line\", \"column\", \"message\"}], "
                + "\"notes\": []}.",
        ],
        sample: [
            "$ hostctl model check",
            "/etc/hostd/models.toml: all right (agent: deepseek/deepseek-v4-flash, reasoning: "
                + "anthropic/claude-sonnet-4.6)",
            "note: anthropic/claude-sonnet-4.6 of tier reasoning has no price: hostctl model report cannot say what it "
                + "costs",
            "    (write [price.\"anthropic/claude-sonnet-4.6\"])",
        ],
        examples: [
            .init("hostctl model check", "the policy of this host"),
            .init("hostctl model check new.toml && hostctl model apply new.toml", "a draft, before it counts"),
        ],
        exitCodes: [
            .notPermitted: "a file may not be read", .badFile: "something is wrong with a file, or there is none",
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let files = try PolicyFiles(session.request, path: session.request.words.first)
            if let problem = files.usesProblem {
                session.complain("\(CleanText.of(problem)): whether its tiers are here was not looked at")
            }
            switch files.policy() {
            case .success(let policy):
                report(files, policy, session)
                return .fine
            case .failure(let errors):
                if session.wantsJSON {
                    reportJSON(files, tiers: [], errors: errors.errors, notes: [], session)
                } else {
                    ErrorList.show(errors, session)
                }
                return .badFile
            }
        })

    private static func report(_ files: PolicyFiles, _ policy: ModelPolicy, _ session: Session) {
        let notes = PolicyNotes.of(policy)
        let tiers = policy.tiers.sorted { $0.key < $1.key }
        if session.wantsJSON {
            return reportJSON(files, tiers: tiers.map(\.key), errors: [], notes: notes, session)
        }
        let paths = files.files.map { CleanText.of($0.path) }
        let place = paths.count == 1 ? paths[0] : "\(paths[0]) and \(paths.count - 1) more"
        let models = tiers.map { "\($0.key): \($0.value.model)" }.joined(separator: ", ")
        session.out.line("\(place): all right (\(models))")
        for note in notes {
            let parts =
                session.style.columns.map { TextWidth.wrapped("note: " + note, width: $0 - 4) } ?? ["note: " + note]
            session.out.lines(parts.enumerated().map { $0.offset == 0 ? $0.element : "    " + $0.element })
        }
    }

    private static func reportJSON(
        _ files: PolicyFiles, tiers: [String], errors: [ConfigurationError], notes: [String], _ session: Session
    ) {
        let list = errors.map { error -> JSON in
            [
                "file": .string(error.file), "line": JSON(error.line), "column": JSON(error.column),
                "message": .string(error.message),
            ]
        }
        let json: JSON = [
            "ok": .bool(errors.isEmpty), "files": .array(files.files.map { .string($0.path) }),
            "tiers": .array(tiers.map { .string($0) }), "errors": .array(list),
            "notes": .array(notes.map { .string($0) }),
        ]
        session.out.json(json.bytes)
    }
}
