// SPDX-License-Identifier: Apache-2.0

/// The public ranking of one week: how many tokens went through each model.
public struct BoardSnapshot: Hashable, Sendable {
    /// One model, or one of its variants, which rank for themselves.
    public struct Row: Hashable, Sendable {
        /// As the ranking calls it: `deepseek/deepseek-v4-flash-20260423`, `…:free`.
        public var model: String
        /// Tokens read and written.
        public var tokens: Int64

        /// So many tokens of this model.
        public init(model: String, tokens: Int64) {
            self.model = model
            self.tokens = tokens
        }
    }

    /// A ranking has so many rows at most, and so many are kept of a snapshot.
    public static let rowLimit = 5000

    /// The last day of the week, `2026-05-24`.
    public var date: String
    /// How many days the tokens are of; 0 where the data does not say it.
    public var days: Int
    /// Who says so, as he wants to be cited.
    public var source: String
    /// When the data was made, as it says; empty where it does not.
    public var asOf: String
    /// The models, those of most tokens first.
    public var rows: [Row]
    /// Tokens of all models that have no row of their own.
    public var other: Int64
    /// Tokens by those who served them; empty where the data does not say it.
    public var providers: [String: Int64]
    /// Tokens by the region that they were served in, or for; empty where the data does not say it.
    public var regions: [String: Int64]

    /// A ranking; the rows are put in their order.
    public init(
        date: String, days: Int, source: String, asOf: String = "", rows: [Row], other: Int64 = 0,
        providers: [String: Int64] = [:], regions: [String: Int64] = [:]
    ) {
        self.date = date
        self.days = days
        self.source = source
        self.asOf = asOf
        self.rows = rows.sorted { ($1.tokens, $0.model) < ($0.tokens, $1.model) }
        self.other = other
        self.providers = providers
        self.regions = regions
    }

    /// All tokens.
    public var total: Int64 { rows.reduce(other) { $0.addingCut($1.tokens) } }

    /// The place of each model, from 1.
    public var places: [String: Int] {
        Dictionary(rows.enumerated().map { ($0.element.model, $0.offset + 1) }) { first, _ in first }
    }

    /// Tokens by those who made the models: the first part of the ID.
    public var makers: [String: Int64] {
        rows.reduce(into: [:]) { makers, row in
            let maker = row.model.contains("/") ? String(row.model.prefix { $0 != "/" }) : "unknown"
            makers[maker, default: 0] = makers[maker, default: 0].addingCut(row.tokens)
        }
    }
}

extension BoardSnapshot {
    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        let date = try fields.text("date")
        guard BoardDay(date) != nil else { throw JSONError("date is \"\(date)\" (a day like 2026-05-24 is needed)") }
        self.init(
            date: date, days: try fields.integer("days"), source: try fields.text("source"),
            asOf: try fields.optionalText("as_of") ?? "",
            rows: try fields.list("rows") { json, place throws(JSONError) in
                let fields = try Fields(json, at: place)
                return Row(model: try fields.text("model"), tokens: try fields.integer("tokens"))
            }, other: try fields.integer("other"), providers: try Self.sums(fields, "providers"),
            regions: try Self.sums(fields, "regions"))
    }

    /// The JSON form.
    public var json: JSON {
        [
            "date": .string(date), "days": JSON(days), "source": .string(source), "as_of": .string(asOf),
            "total": .integer(total), "other": .integer(other),
            "rows": .array(rows.map { ["model": .string($0.model), "tokens": .integer($0.tokens)] }),
            "providers": Self.json(providers), "regions": Self.json(regions),
        ]
    }

    private static func sums(_ fields: Fields, _ key: String) throws(JSONError) -> [String: Int64] {
        guard case .object(let members) = fields.value(key) else { return [:] }
        var sums: [String: Int64] = [:]
        for member in members {
            guard case .integer(let tokens) = member.value else {
                throw JSONError("\(fields.place(of: key)).\(member.key) is \(member.value.typeName) (an integer)")
            }
            sums[member.key] = tokens
        }
        return sums
    }

    private static func json(_ sums: [String: Int64]) -> JSON {
        .object(sums.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .integer($0.value)) })
    }
}

/// A day of the calendar, as rankings write it.
public struct BoardDay: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01.
    public var number: Int64

    /// The day `number` days after 1970-01-01.
    public init(number: Int64) {
        self.number = number
    }

    /// Reads `2026-05-24`, also with a time behind it; nil for anything else.
    public init?(_ text: String) {
        let day = String(text.prefix(10))
        let rest = text.dropFirst(10)
        guard rest.isEmpty || "T ".contains(rest.prefix(1)), let time = WallTime(day + "T00:00:00Z") else { return nil }
        number = time.milliseconds / 86_400_000
    }

    /// `2026-05-24`.
    public var text: String { String(WallTime(milliseconds: number * 86_400_000).text.prefix(10)) }

    /// Earlier is less.
    public static func < (left: BoardDay, right: BoardDay) -> Bool { left.number < right.number }
}

extension Int64 {
    /// The sum, at most what there is.
    func addingCut(_ other: Int64) -> Int64 {
        let (sum, isTooMuch) = addingReportingOverflow(other)
        return isTooMuch ? .max : sum
    }
}
