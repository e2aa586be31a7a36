// SPDX-License-Identifier: Apache-2.0

/// Adds up what was done with the models, piece by piece.
nonisolated struct ModelRunSums: Sendable {
    /// What is known so far.
    private(set) var report = StoredModelReport()
    private let span: Range<Int64>
    private let earlier: Range<Int64>
    /// What ended before this is added up.
    private var place: Int64
    private var tiers: [String: Set<String>] = [:]

    /// So many models of a span are named at most, and so many rows of services.
    private static let modelLimit = 1000
    private static let serviceLimit = 10_000

    /// Will add up `span`, milliseconds since 1970, and the span of its length before it.
    init(_ span: Range<Int64>) {
        self.span = span
        earlier = (span.lowerBound - Int64(span.count))..<span.lowerBound
        place = earlier.lowerBound
    }

    /// Adds up the next piece, about `limit` attempts; true when there is more.
    mutating func goOn(limit: Int, _ database: Database) throws(StoreError) -> Bool {
        let whole = place < span.lowerBound ? earlier : span
        let next = try database.integer(
            "SELECT ended_ms FROM model_runs WHERE ended_ms >= ?1 AND ended_ms < ?2 ORDER BY ended_ms "
                + "LIMIT 1 OFFSET \(limit)", [.integer(place), .integer(whole.upperBound)])
        let end = next.map { max($0, place + 1) } ?? whole.upperBound
        var uses = whole == span ? report.now : report.before
        var tiers = self.tiers
        try database.run(
            Self.sums, [.integer(place), .integer(end), .integer(whole.upperBound)]
        ) { row in
            guard let model = row.text(0), uses[model] != nil || uses.count < Self.modelLimit else { return }
            uses[model, default: StoredModelReport.Use()].add(row)
            if let tier = row.text(1) { tiers[model, default: []].insert(tier) }
        }
        if whole == span { report.now = uses } else { report.before = uses }
        self.tiers = tiers
        place = end
        guard place >= span.upperBound else { return true }
        report.tiers = tiers.mapValues { $0.sorted() }
        report.services = try Self.services(span, database)
        return false
    }

    /// A job counts with the last of its attempts with the model, so that pieces can be added.
    private static let sums =
        "SELECT model, tier, sum(NOT EXISTS (SELECT 1 FROM model_runs AS later WHERE later.job = one.job "
        + "AND later.attempt > one.attempt AND later.model = one.model AND later.ended_ms < ?3)), count(*), "
        + "sum(state = 'failed'), sum(state = 'failed' AND blamed), sum(tokens_input IS NULL), "
        + "coalesce(sum(tokens_input), 0), coalesce(sum(tokens_output), 0), coalesce(sum(tool_calls), 0), "
        + "coalesce(sum(tool_failures), 0), sum(max(ended_ms - started_ms, 0)) "
        + "FROM model_runs AS one WHERE ended_ms >= ?1 AND ended_ms < ?2 GROUP BY model, tier"

    /// Launches of services in the hours that began in `span`.
    private static func services(
        _ span: Range<Int64>, _ database: Database
    ) throws(StoreError) -> [StoredModelReport.ServiceUse] {
        let hour = ModelRunTable.hourMilliseconds
        let hours = [span.lowerBound, span.upperBound].map { SQLValue.integer((max($0, 0) + hour - 1) / hour) }
        var found: [StoredModelReport.ServiceUse] = []
        try database.run(
            "SELECT service, tier, model, generation, sum(launches) FROM service_runs WHERE hour >= ?1 AND hour < ?2 "
                + "GROUP BY service, tier, generation, model ORDER BY service, tier, generation, model "
                + "LIMIT \(serviceLimit)", hours
        ) { row in
            found.append(
                StoredModelReport.ServiceUse(
                    service: row.text(0) ?? "", tier: row.text(1) ?? "", model: row.text(2) ?? "",
                    generation: row.integer(3), launches: row.integer(4)))
        }
        return found
    }
}

nonisolated extension StoredModelReport.Use {
    /// Adds a row of the sums.
    fileprivate mutating func add(_ row: Row) {
        jobs += row.integer(2)
        attempts += row.integer(3)
        failures += row.integer(4)
        blamed += row.integer(5)
        uncounted += row.integer(6)
        tokensInput += row.integer(7)
        tokensOutput += row.integer(8)
        toolCalls += row.integer(9)
        toolFailures += row.integer(10)
        milliseconds += row.integer(11)
    }
}
