// SPDX-License-Identifier: Apache-2.0

/// One ranking beside that of the week before.
public struct BoardChange: Hashable, Sendable {
    /// One model of the first places.
    public struct Place: Hashable, Sendable {
        /// Its place now, from 1.
        public var place: Int
        /// Its place then; nil: it had none.
        public var was: Int?
        /// The model.
        public var model: String
        /// Its tokens now.
        public var tokens: Int64
        /// Its share of all tokens now, 0 to 1.
        public var share: Double
        /// How much more it is than then, 0.2 for a fifth; nil where it was nothing.
        public var growth: Double?
    }

    /// A part of all tokens.
    public struct Share: Hashable, Sendable {
        /// Of whom.
        public var name: String
        /// Now, 0 to 1.
        public var now: Double
        /// Then; nil without a ranking of then.
        public var was: Double?
    }

    /// A model that has left the first places.
    public struct Gone: Hashable, Sendable {
        /// The model.
        public var model: String
        /// Its place then.
        public var was: Int
        /// Its place now; nil: it is not on the ranking any more.
        public var place: Int?
    }

    /// So many places are shown.
    public static let top = 10
    /// A climber has grown by more than this.
    public static let climb = 0.2
    /// And has at least this share of all tokens: of few tokens twice as many are no news.
    public static let leastShare = 0.005

    /// The ranking of now.
    public var now: BoardSnapshot
    /// The one beside it; nil: there is none.
    public var before: BoardSnapshot?
    /// How much more all tokens are than then; nil where there is nothing to compare.
    public var growth: Double?
    /// The first places.
    public var places: [Place]
    /// Who has left them.
    public var gone: [Gone]
    /// Those that have grown the most, the fastest first.
    public var climbers: [Place]
    /// By those who made the models.
    public var makers: [Share]
    /// By those who serve them; empty where the data does not say it.
    public var providers: [Share]
    /// By region; empty where the data does not say it.
    public var regions: [Share]

    /// Compares; where the two are of different numbers of days, day by day.
    public init(_ now: BoardSnapshot, since before: BoardSnapshot?) {
        self.now = now
        self.before = before
        let scale = Self.scale(now, before)
        let old = before.map { Dictionary($0.rows.map { ($0.model, $0.tokens) }) { first, _ in first } } ?? [:]
        let oldPlaces = before?.places ?? [:]
        let total = Double(now.total)
        func place(_ index: Int) -> Place {
            let row = now.rows[index]
            return Place(
                place: index + 1, was: oldPlaces[row.model], model: row.model, tokens: row.tokens,
                share: total > 0 ? Double(row.tokens) / total : 0,
                growth: old[row.model].flatMap { Self.growth(row.tokens, $0, scale) })
        }
        growth = before.flatMap { Self.growth(now.total, $0.total, scale) }
        places = now.rows.indices.prefix(Self.top).map(place)
        let nowPlaces = now.places
        gone = (before?.rows.prefix(Self.top) ?? []).enumerated().compactMap { index, row in
            let here = nowPlaces[row.model]
            return here.map { $0 <= Self.top } ?? false ? nil : Gone(model: row.model, was: index + 1, place: here)
        }
        climbers = now.rows.indices.map(place)
            .filter { $0.share >= Self.leastShare && ($0.growth ?? 0) > Self.climb }
            .sorted { ($1.growth ?? 0, $0.place) < ($0.growth ?? 0, $1.place) }
        makers = Self.shares(now.makers, before?.makers, now.total, before?.total)
        providers = Self.shares(now.providers, before?.providers)
        regions = Self.shares(now.regions, before?.regions)
    }

    /// Whether the two are of different numbers of days.
    public var isPerDay: Bool {
        guard let before else { return false }
        return before.days != now.days && before.days > 0 && now.days > 0
    }

    /// What tokens of then are multiplied with.
    private static func scale(_ now: BoardSnapshot, _ before: BoardSnapshot?) -> Double {
        guard let before, now.days > 0, before.days > 0 else { return 1 }
        return Double(now.days) / Double(before.days)
    }

    private static func growth(_ now: Int64, _ before: Int64, _ scale: Double) -> Double? {
        before > 0 ? Double(now) / (Double(before) * scale) - 1 : nil
    }

    /// Those who have a share now or had one, the largest first.
    private static func shares(
        _ now: [String: Int64], _ before: [String: Int64]?, _ total: Int64? = nil, _ oldTotal: Int64? = nil
    ) -> [Share] {
        func sum(_ sums: [String: Int64]) -> Int64 { sums.values.reduce(0) { $0.addingCut($1) } }
        let whole = Double(total ?? sum(now))
        let old = before.flatMap { $0.isEmpty ? nil : $0 }
        let oldWhole = Double(oldTotal ?? old.map(sum) ?? 0)
        guard whole > 0, !now.isEmpty else { return [] }
        let names = Set(now.keys).union(old?.keys.map(\.self) ?? [])
        return names.map { name in
            Share(
                name: name, now: Double(now[name] ?? 0) / whole,
                was: old.flatMap { oldWhole > 0 ? Double($0[name] ?? 0) / oldWhole : nil })
        }.sorted { ($1.now, $0.name) < ($0.now, $1.name) }
    }
}
