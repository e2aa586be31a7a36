// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The services that the words of a command line name.
struct Selection {
    /// Each once, in the order of the words; those of one word by name.
    var services: [ServiceBrief] = []
    /// What was said of words that name nothing.
    var failures: [Failure] = []

    /// The one word there is, when it is a plain name: then hostd is asked by it, without a look at the list.
    static func plainName(_ session: Session) -> String? {
        guard let word = session.request.words.first, session.request.words.count == 1 else { return nil }
        if case .name(let name) = Selector(word) { return name }
        return nil
    }

    /// Looks the words up in hostd's list.
    static func resolve(_ words: [String], _ session: Session) throws(Failure) -> Selection {
        choose(words, among: try list(session.client))
    }

    /// As `resolve`; fails when one of the words names nothing.
    static func resolveAll(_ words: [String], _ session: Session) throws(Failure) -> [ServiceBrief] {
        let selection = try resolve(words, session)
        if let failure = selection.failures.first { throw failure }
        return selection.services
    }

    /// What hostd has.
    static func list(_ client: ControlClient) throws(Failure) -> [ServiceBrief] {
        try client.get(.brief, as: ServiceBrief.list(json:))
    }

    static func choose(_ words: [String], among all: [ServiceBrief]) -> Selection {
        var selection = Selection()
        var seen: Set<String> = []
        for word in words {
            let selector = Selector(word)
            let found = all.filter(selector.matches)
            if found.isEmpty { selection.failures.append(selector.failure(among: all)) }
            selection.services += found.filter { seen.insert($0.name).inserted }
        }
        return selection
    }
}
