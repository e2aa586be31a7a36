// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

/// `alert test`
@Suite struct AlertVerbTests {
    private static func test(_ oks: Bool...) -> AlertTest {
        AlertTest(
            alerts: oks.enumerated().map { index, ok in
                AlertTest.Result(
                    name: "\(index + 1)", place: "exec x", ok: ok, reason: ok ? "" : "exit 3",
                    durationMilliseconds: 12.4)
            })
    }

    @Test func oneLineSaysOfEachAlertWhatCameOfIt() throws {
        let standIn = try StandIn { _ in .json(Self.test(true, false).json) }
        let result = try Hostctl.run(["alert", "test"], at: standIn)
        #expect(result.out == "1: exec x: delivered in 12 ms\n2: exec x: failed: exit 3\n")
        #expect(result.code == 1)
        #expect(standIn.questions.map { "\($0.method) \($0.target)" } == ["POST /v1/alerts/test"])
    }

    @Test func allThatArriveAreSuccess() throws {
        let standIn = try StandIn { _ in .json(Self.test(true).json) }
        let result = try Hostctl.run(["alert", "test", "ops", "--json"], at: standIn)
        #expect(result.out == Self.test(true).json.serialized + "\n" && result.code == 0)
        #expect(standIn.questions.map(\.target) == ["/v1/alerts/test?name=ops"])
    }

    @Test func withoutAlertsThereIsNothingToProve() throws {
        let standIn = try StandIn { _ in .json(AlertTest(alerts: []).json) }
        let result = try Hostctl.run(["alert", "test"], at: standIn)
        #expect(result.code == 1 && result.err.contains("no [[alert]] is configured"))
    }
}
