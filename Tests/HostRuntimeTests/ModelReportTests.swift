// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostStore
import HostWire
import Testing

@testable import HostRuntime

/// What was done with the models, with what it cost.
struct ModelReportTests {
    private static func use(_ input: Int64, _ output: Int64) -> StoredModelReport.Use {
        var use = StoredModelReport.Use()
        (use.jobs, use.attempts, use.tokensInput, use.tokensOutput) = (1, 2, input, output)
        use.milliseconds = 1500
        return use
    }

    @Test func aDearModelHasASmallShareOfTokensAndALargeOneOfSpend() throws {
        var stored = StoredModelReport()
        stored.now = ["cheap": Self.use(8_000_000, 1_000_000), "dear": Self.use(800_000, 200_000)]
        stored.before = ["cheap": Self.use(1_000_000, 0), "gone": Self.use(5, 5)]
        stored.tiers = ["cheap": ["agent"], "dear": ["reasoning"]]
        stored.services = [.init(service: "gateway", tier: "agent", model: "cheap", generation: 3, launches: 2)]
        let prices: [String: ModelPolicy.Price] = [
            "cheap": .init(input: 0.1, output: 0.2), "dear": .init(input: 5, output: 25),
        ]
        let report = ModelReport(stored, 1000..<2000, prices: prices)
        #expect(report.rows.map(\.model) == ["cheap", "dear", "gone"])
        #expect(report.rows.map(\.shareOfTokens) == [0.9, 0.1, 0])
        #expect(report.rows[0].use.spend == 1 && report.rows[1].use.spend == 9)
        #expect(report.rows.map(\.shareOfSpend) == [0.1, 0.9, nil])
        #expect(report.rows[0].before.spend == 0.1 && report.rows[0].use.seconds == 1.5)
        #expect(report.rows[2].use.attempts == 0 && report.rows[2].before.tokens == 10)
        #expect(report.rows[2].use.spend == nil && report.rows[2].tiers.isEmpty)
        #expect(report.services.map(\.launches) == [2])
        #expect(report.from.milliseconds == 1000 && report.to.milliseconds == 2000)
        // What is sent is what is read.
        #expect(try ModelReport(json: report.json) == report)
    }

    @Test func withoutTokensAndWithoutPricesNoShareIsMadeUp() {
        var stored = StoredModelReport()
        stored.now = ["a": Self.use(0, 0), "b": Self.use(0, 0)]
        let report = ModelReport(stored, 0..<1, prices: ["b": .init(input: 1, output: 1)])
        #expect(report.rows.map(\.model) == ["a", "b"])
        #expect(report.rows.map(\.shareOfTokens) == [0, 0])
        #expect(report.rows.map(\.shareOfSpend) == [nil, 0])
    }
}
