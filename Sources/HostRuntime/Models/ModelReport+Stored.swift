// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostStore
internal import HostWire

/// What the store has added up, with what it cost.
nonisolated extension ModelReport {
    /// The report on `span`, milliseconds since 1970, by `prices`, in dollars per million tokens.
    init(_ stored: StoredModelReport, _ span: Range<Int64>, prices: [String: ModelPolicy.Price]) {
        let names = Set(stored.now.keys).union(stored.before.keys)
        let uses = names.map { name in
            (
                name: name, now: Use(stored.now[name], prices[name]), before: Use(stored.before[name], prices[name])
            )
        }
        let tokens = uses.reduce(0.0) { $0 + Double($1.now.tokens) }
        let spend = uses.reduce(0.0) { $0 + ($1.now.spend ?? 0) }
        let rows = uses.map { use in
            Row(
                model: use.name, tiers: stored.tiers[use.name] ?? [], use: use.now, before: use.before,
                shareOfTokens: Self.share(Double(use.now.tokens), of: tokens),
                shareOfSpend: use.now.spend.map { Self.share($0, of: spend) })
        }
        self.init(
            from: WallTime(milliseconds: span.lowerBound), to: WallTime(milliseconds: span.upperBound),
            rows: rows.sorted {
                ($1.use.tokens, $1.use.attempts, $0.model) < ($0.use.tokens, $0.use.attempts, $1.model)
            }, services: stored.services.map(ServiceUse.init))
    }

    private static func share(_ part: Double, of all: Double) -> Double { all > 0 ? part / all : 0 }
}

nonisolated extension ModelReport.Use {
    /// What was done; nil: nothing.
    fileprivate init(_ stored: StoredModelReport.Use?, _ price: ModelPolicy.Price?) {
        let stored = stored ?? StoredModelReport.Use()
        self.init()
        (jobs, attempts, failures) = (stored.jobs, stored.attempts, stored.failures)
        (blamed, uncounted) = (stored.blamed, stored.uncounted)
        (tokensInput, tokensOutput) = (stored.tokensInput, stored.tokensOutput)
        (toolCalls, toolFailures) = (stored.toolCalls, stored.toolFailures)
        seconds = Double(stored.milliseconds) / 1000
        spend = price.map { (Double(tokensInput) * $0.input + Double(tokensOutput) * $0.output) / 1_000_000 }
    }
}

nonisolated extension ModelReport.ServiceUse {
    fileprivate init(_ stored: StoredModelReport.ServiceUse) {
        self.init(
            service: stored.service, tier: stored.tier, model: stored.model, generation: stored.generation,
            launches: stored.launches)
    }
}
