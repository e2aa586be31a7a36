// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Whose events are wanted.
struct EventSubjects {
    /// Nil for everybody's.
    private let names: Set<String>?

    /// What the words of the command line name. Of a service that is configured no more there is history, too: a plain
    /// name stands for itself.
    init(_ session: Session) throws(Failure) {
        guard !session.request.words.isEmpty else {
            names = nil
            return
        }
        let all = try Selection.list(session.client)
        var names: Set<String> = []
        for word in session.request.words {
            let selector = Selector(word)
            let found = all.filter(selector.matches).map(\.name)
            names.formUnion(found)
            guard found.isEmpty else { continue }
            guard case .name(let name) = selector else { throw selector.failure(among: all) }
            guard try Self.hasHistory(name, session.client) else { throw selector.failure(among: all) }
            names.insert(name)
        }
        self.names = names
    }

    /// The one that hostd can select by.
    var only: String? { names?.count == 1 ? names?.first : nil }

    /// Whether they have to be picked out of what hostd sends.
    var areMixed: Bool { names != nil && only == nil }

    func wants(_ event: EventRecord) -> Bool {
        guard let names else { return true }
        return event.service.map(names.contains) ?? false
    }

    private static func hasHistory(_ name: String, _ client: ControlClient) throws(Failure) -> Bool {
        try !client.get(.events(limit: 1, of: name), as: EventPage.init(json:)).events.isEmpty
    }
}
