// SPDX-License-Identifier: Apache-2.0

/// A model that the policy of this host names, and its place on a ranking.
public struct BoardUse: Hashable, Sendable {
    /// What the policy calls it.
    public var model: String
    /// Where the policy names it: `tier.agent`, `tier.agent.fallback`, `tier.agent.gray`.
    public var places: [String]
    /// Its rank; nil: it is not on the ranking.
    public var rank: Int?
    /// What the ranking calls it; nil: it is not there.
    public var name: String?

    /// The models of a policy, in their order, as `ranking` has them: under the same ID, or else the best of those that
    /// differ only in the date of the snapshot or the order of the parts. A variant is another thing.
    public static func all(_ named: [(model: String, place: String)], on ranking: BoardSnapshot) -> [BoardUse] {
        let exact = ranking.places
        var loose: [BoardModelKey: Int] = [:]
        for (index, row) in ranking.rows.enumerated() where !BoardModelKey.isVariant(row.model) {
            let key = BoardModelKey(row.model)
            if loose[key] == nil { loose[key] = index + 1 }
        }
        var uses: [BoardUse] = []
        for (model, place) in named {
            if let index = uses.firstIndex(where: { $0.model == model }) {
                uses[index].places.append(place)
                continue
            }
            let rank = exact[model] ?? (BoardModelKey.isVariant(model) ? nil : loose[BoardModelKey(model)])
            uses.append(
                BoardUse(model: model, places: [place], rank: rank, name: rank.map { ranking.rows[$0 - 1].model }))
        }
        return uses
    }
}

/// A candidate that a ranking suggests for a tier. Nobody acts on it but a person.
public struct BoardProposal: Hashable, Sendable {
    /// A tier that may get a candidate.
    public struct Tier: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// Its model.
        public var model: String
        /// The fallbacks, as the policy spells them.
        public var fallback: [String]

        /// A tier.
        public init(name: String, model: String, fallback: [String]) {
            self.name = name
            self.model = model
            self.fallback = fallback
        }
    }

    /// The tier.
    public var tier: String
    /// The candidate: as the policy spells it where it names it already, else as the ranking does.
    public var model: String
    /// Why it is suggested.
    public var reason: String

    /// The best candidate for `tier`: one of the first places that is new there, or has grown fast, or leads; nil where
    /// there is none but the tier's own model.
    public init?(_ change: BoardChange, for tier: Tier) {
        let own = BoardModelKey(tier.model)
        let possible = change.places.filter {
            !BoardModelKey.isVariant($0.model) && BoardModelKey($0.model) != own && $0.model.contains("/")
                && !$0.model.contains("~")
        }
        let isNew: (BoardChange.Place) -> Bool = { place in
            change.before != nil && (place.was ?? .max) > BoardChange.top
        }
        let hasGrown: (BoardChange.Place) -> Bool = { ($0.growth ?? 0) > BoardChange.climb }
        guard
            let best = possible.first(where: { isNew($0) || hasGrown($0) })
                ?? possible.first(where: { $0.place == 1 })
        else { return nil }
        let key = BoardModelKey(best.model)
        self.tier = tier.name
        model = tier.fallback.first { BoardModelKey($0) == key } ?? best.model
        if isNew(best) {
            reason = "new among the first \(BoardChange.top), at place \(best.place)"
        } else if let growth = best.growth, hasGrown(best) {
            let since = change.before.map { " since the week to \($0.date)" } ?? ""
            reason = "\(BoardText.percent(growth, isSigned: true))\(since), at place \(best.place)"
        } else {
            reason = "at place 1"
        }
    }

    /// A table for models.toml.
    public func text(week: String, source: String) -> String {
        """
        # \(reason) in the week to \(week), by \(source). Popularity is not quality:
        # see that your gateway knows this ID, then let a few jobs try it.
        [tier.\(tier).gray]
        model = "\(model)"
        share = "5%"
        promote = "propose"
        """
    }
}
