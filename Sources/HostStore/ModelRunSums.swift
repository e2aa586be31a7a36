// SPDX-License-Identifier: Apache-2.0

/// Adds up what was done with the models.
nonisolated enum ModelRunSums {
    /// So many models of a span are named, those with most tokens; and so many rows of services.
    private static let modelLimit = 1000
    private static let serviceLimit = 10_000

    /// The attempts that ended in `span`, milliseconds since 1970, by model.
    static func uses(_ span: Range<Int64>, _ database: Database) throws(StoreError) -> [String: StoredModelReport.Use] {
        var found: [String: StoredModelReport.Use] = [:]
        try database.run(
            "SELECT model, count(DISTINCT job), count(*), sum(state = 'failed'), sum(state = 'failed' AND blamed), "
                + "sum(tokens_input IS NULL), coalesce(sum(tokens_input), 0) AS input, "
                + "coalesce(sum(tokens_output), 0) AS output, "
                + "coalesce(sum(tool_calls), 0), coalesce(sum(tool_failures), 0), sum(max(ended_ms - started_ms, 0)) "
                + "FROM model_runs WHERE ended_ms >= ?1 AND ended_ms < ?2 "
                + "GROUP BY model ORDER BY input + output DESC, 3 DESC, model LIMIT \(modelLimit)", values(span)
        ) { row in
            var use = StoredModelReport.Use()
            (use.jobs, use.attempts, use.failures) = (row.integer(1), row.integer(2), row.integer(3))
            (use.blamed, use.uncounted) = (row.integer(4), row.integer(5))
            (use.tokensInput, use.tokensOutput) = (row.integer(6), row.integer(7))
            (use.toolCalls, use.toolFailures, use.milliseconds) = (row.integer(8), row.integer(9), row.integer(10))
            if let model = row.text(0) { found[model] = use }
        }
        return found
    }

    /// The tiers that named each of `models` in `span`.
    static func tiers(
        of models: Set<String>, _ span: Range<Int64>, _ database: Database
    ) throws(StoreError) -> [String: [String]] {
        var found: [String: [String]] = [:]
        try database.run(
            "SELECT DISTINCT model, tier FROM model_runs WHERE ended_ms >= ?1 AND ended_ms < ?2 "
                + "AND tier IS NOT NULL ORDER BY tier LIMIT \(serviceLimit)", values(span)
        ) { row in
            guard let model = row.text(0), let tier = row.text(1), models.contains(model) else { return }
            found[model, default: []].append(tier)
        }
        return found
    }

    /// Launches of services in the hours that began in `span`.
    static func services(
        _ span: Range<Int64>, _ database: Database
    ) throws(StoreError) -> [StoredModelReport.ServiceUse] {
        var found: [StoredModelReport.ServiceUse] = []
        try database.run(
            "SELECT service, tier, model, generation, sum(launches) FROM service_runs "
                + "WHERE hour * \(ModelRunTable.hourMilliseconds) >= ?1 AND hour * \(ModelRunTable.hourMilliseconds) < ?2 "
                + "GROUP BY service, tier, generation, model ORDER BY service, tier, generation, model "
                + "LIMIT \(serviceLimit)", values(span)
        ) { row in
            found.append(
                StoredModelReport.ServiceUse(
                    service: row.text(0) ?? "", tier: row.text(1) ?? "", model: row.text(2) ?? "",
                    generation: row.integer(3), launches: row.integer(4)))
        }
        return found
    }

    private static func values(_ span: Range<Int64>) -> [SQLValue] {
        [.integer(span.lowerBound), .integer(span.upperBound)]
    }
}
