// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl help [TOPIC]`
enum HelpVerb {
    static let verb = Verb(
        name: "help", operands: [.topic],
        summary: "what hostctl can do, what one verb does, or more about a topic",
        details: [
            "The topics are \(HelpTopic.all.map(\.name).joined(separator: ", ")).",
            "--json prints the table of verbs and options, for programs; --markdown prints the page of a verb as it "
                + "stands in docs/hostctl.",
        ],
        options: [.markdown],
        examples: [
            .init("hostctl help", "all verbs and topics"),
            .init("hostctl help logs", "one verb, with its options and examples"),
            .init("hostctl help job submit", "one of the things that job does"),
            .init("hostctl help names", "how services are named"),
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let name = session.request.words.joined(separator: " ")
            guard !name.isEmpty else {
                if session.wantsJSON { session.out.json(Help.json.bytes) } else { session.out.lines(Help.overview()) }
                return .fine
            }
            if let topic = HelpTopic.all.first(where: { $0.name == name }) {
                show(topic, session)
            } else {
                show(try verb(named: name), session)
            }
            return .fine
        })

    private static func show(_ verb: Verb, _ session: Session) {
        if session.wantsJSON { return session.out.json(Help.json(of: verb).bytes) }
        session.out.lines(session.request.has(.markdown) ? ManualPage(verb: verb).lines() : Help.page(of: verb))
    }

    private static func show(_ topic: HelpTopic, _ session: Session) {
        guard session.wantsJSON else { return session.out.lines(topic.page) }
        let json: JSON = [
            "name": .string(topic.name), "summary": .string(topic.summary),
            "paragraphs": .array(topic.paragraphs.map { .string($0) }),
        ]
        session.out.json(json.bytes)
    }

    private static func verb(named name: String) throws(Failure) -> Verb {
        if let verb = VerbTable.withActions.first(where: { $0.name == name }) { return verb }
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        if words.count > 1, let verb = VerbTable.meant(by: words), !verb.actions.isEmpty {
            return try verb.action(named: words[1])
        }
        let names = VerbTable.all.map(\.name) + HelpTopic.all.map(\.name)
        let hint = Nearest.to(name, among: names).map { "did you mean \($0)?" } ?? "hostctl help lists both"
        throw .usage("there is no verb and no topic \"\(CleanText.of(name))\" (\(hint))")
    }
}
