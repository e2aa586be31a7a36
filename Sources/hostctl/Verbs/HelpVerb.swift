// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl help [VERB]`
enum HelpVerb {
    static let verb = Verb(
        name: "help", arguments: .verb,
        summary: "what hostctl can do, or what one verb does",
        details: ["--json prints the table of verbs and options, for programs."],
        examples: [
            .init("hostctl help", "all verbs"),
            .init("hostctl help logs", "one verb, with its options and examples"),
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let verb = try session.request.words.first.map { name throws(Failure) in try VerbTable.named(name) }
            if session.wantsJSON {
                session.out.json((verb.map(Help.json(of:)) ?? Help.json).bytes)
            } else {
                session.out.lines(verb.map(Help.page(of:)) ?? Help.overview())
            }
            return .fine
        })
}
