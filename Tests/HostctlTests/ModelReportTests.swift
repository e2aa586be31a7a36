// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

/// `model report` and `model history`.
@Suite struct ModelReportTests {
    private static func use(_ read: Int64, _ written: Int64, spend: Double?, attempts: Int64 = 10) -> ModelReport.Use {
        var use = ModelReport.Use()
        (use.tokensInput, use.tokensOutput, use.spend) = (read, written, spend)
        (use.jobs, use.attempts, use.failures, use.blamed) = (attempts - 1, attempts, 2, 1)
        (use.toolCalls, use.toolFailures, use.seconds) = (40, 3, 90.5)
        return use
    }

    private static var report: ModelReport {
        var premium = use(900_000, 100_000, spend: 60)
        premium.uncounted = 2
        return ModelReport(
            from: Samples.dawn, to: WallTime(milliseconds: Samples.dawn.milliseconds + 7 * 86_400_000),
            rows: [
                .init(
                    model: "deepseek/v4-flash", tiers: ["agent", "fast"], use: use(20_000_000, 4_000_000, spend: 40),
                    before: use(10_000_000, 2_000_000, spend: 50), shareOfTokens: 0.96, shareOfSpend: 0.4),
                .init(
                    model: "anthropic/sonnet", tiers: ["reasoning"], use: premium, before: ModelReport.Use(),
                    shareOfTokens: 0.04, shareOfSpend: 0.6),
                .init(
                    model: "local/one, \"small\"", tiers: [], use: use(9_841, 0, spend: nil),
                    before: use(98, 0, spend: nil), shareOfTokens: 0, shareOfSpend: nil),
            ],
            services: [.init(service: "gateway", tier: "agent", model: "deepseek/v4-flash", generation: 7, launches: 3)]
        )
    }

    private static func run(_ more: String..., report: ModelReport = report) throws -> Hostctl.Result {
        let json = report.json
        return try Hostctl.run(["model", "report"] + more, at: try StandIn { _ in .json(json) })
    }

    @Test func thePremiumParadoxStandsOut() throws {
        let result = try Self.run()
        #expect(
            result.out == """
                2020-05-18 09:30:00 to 2020-05-25 09:30:00, beside the 7d before

                  MODEL                   IN     OUT  CHANGE    SPEND  CHANGE  OF TOKENS  OF SPEND
                  deepseek/v4-flash    20.0M    4.0M  +100 %   $40.00   -20 %     96.0 %    40.0 %
                  anthropic/sonnet    900.0k  100.0k     new   $60.00     new      4.0 %    60.0 %
                  local/one, "small"    9841       0    x100        -       -      0.0 %         -
                  all                  20.9M    4.1M  +108 %  $100.00  +100 %
                anthropic/sonnet takes 60.0 % of the money for 4.0 % of the tokens, 15 times its share

                  MODEL               JOBS  ATTEMPTS  FAILED  BLAMED  TOOL CALLS  FAILED  TIERS
                  deepseek/v4-flash      9        10       2       1          40       3  agent, fast
                  anthropic/sonnet       9        10       2       1          40       3  reasoning
                  local/one, "small"     9        10       2       1          40       3
                the tokens of 2 attempts could not be read
                without a price in the policy: local/one, "small"

                  SERVICE  LAUNCHES  GENERATION  TIER   MODEL
                  gateway         3           7  agent  deepseek/v4-flash

                """)
        #expect(result.code == 0)
    }

    @Test func threeTimesItsShareIsNotWorthASentence() throws {
        var report = Self.report
        report.rows[1].shareOfTokens = 0.2
        #expect(try !Self.run(report: report).out.contains("of the money"))
        report.rows = []
        report.services = []
        let none = try Self.run(report: report)
        #expect(none.out.hasSuffix("before\nno attempt of a job had a model\n") && none.code == 0)
    }

    @Test func csvIsAsRFC4180HasIt() throws {
        let lines = try Self.run("--csv").out.split(separator: "\r\n", omittingEmptySubsequences: false)
        #expect(lines.count == 5 && lines[4].isEmpty, "each line ends with CR LF, the last one too")
        #expect(lines[0].hasPrefix("from,to,model,tiers,jobs,attempts,failures,blamed,uncounted,tokens_input,"))
        #expect(
            lines[1]
                == "2020-05-18T09:30:00.125Z,2020-05-25T09:30:00.125Z,deepseek/v4-flash,agent fast,9,10,2,1,0,20000000,"
                + "4000000,40,3,90.5,40.0,0.96,0.4,9,10,2,1,0,10000000,2000000,40,3,90.5,50.0")
        #expect(lines[3].contains(",\"local/one, \"\"small\"\"\",,9,"))
        let columns = lines[0].split(separator: ",", omittingEmptySubsequences: false).count
        #expect(lines[1].split(separator: ",", omittingEmptySubsequences: false).count == columns)
    }

    @Test func theJSONIsWhatHostdSays() throws {
        #expect(try Self.run("--json").out == Self.report.json.serialized + "\n")
    }

    @Test func spansAreAskedForAsTheyAreWritten() throws {
        let json = Self.report.json
        let standIn = try StandIn { _ in .json(json) }
        for words in [
            [], ["--days", "30"], ["--since", "2026-05-18", "--until", "2026-05-19T00:00:00Z"],
        ] {
            #expect(try Hostctl.run(["model", "report"] + words, at: standIn).code == 0)
        }
        #expect(
            standIn.questions.map(\.target) == [
                "/v1/models/report?days=7", "/v1/models/report?days=30",
                "/v1/models/report?from=2026-05-18T00%3A00%3A00.000Z&to=2026-05-19T00%3A00%3A00.000Z",
            ])
        for words in [
            ["--days", "0"], ["--days", "367"], ["--until", "1d"], ["--days", "7", "--since", "7d"],
            ["--since", "1h", "--until", "2h"], ["--csv", "--json"],
        ] {
            #expect(try Hostctl.run(["model", "report"] + words, at: standIn).code == 2, "\(words)")
        }
    }

    private static func history(_ more: String...) throws -> Hostctl.Result {
        try Hostctl.run(["model", "history"] + more, at: try StandIn(ModelHost(Samples.models()).answer))
    }

    @Test func theAuditSaysWhoAndWhy() throws {
        let result = try Self.history("-n", "2", "--verify")
        #expect(
            result.out == """
                250  2020-05-18 09:30:00  generation 250  rolled back  by root  rollback to generation 248  2026-W250
                     loops on tool calls
                     tier.agent.model: a → b
                249  2020-05-18 09:30:00  generation 249  accepted  by root  2026-W249
                     tier.agent.model: a → b
                the chain holds: 250 rows, the newest is 9c1d

                """)
        #expect(result.code == 0)
        let plain = try PolicyHistory(json: try JSON(parsing: Array(try Self.history("--json").out.utf8)))
        #expect(plain.rows.count == 20 && plain.verification == nil)
    }

    @Test func allOfItIsReadPageByPage() throws {
        let standIn = try StandIn(ModelHost(Samples.models()).answer)
        let result = try Hostctl.run(["model", "history", "-n", "all", "--json", "--verify"], at: standIn)
        let history = try PolicyHistory(json: try JSON(parsing: Array(result.out.utf8)))
        #expect(history.rows.map(\.number) == (1...250).reversed() && history.verification?.ok == true)
        #expect(
            standIn.questions.map(\.target) == [
                "/v1/models/history?limit=200&verify=true", "/v1/models/history?limit=200&before=51",
            ])
    }

    @Test func aBrokenChainNamesTheRowAndEndsWith1() throws {
        let history = PolicyHistory(
            rows: [], verification: .init(ok: false, rows: 250, head: nil, problem: "row 17 is not as it was written"))
        let standIn = try StandIn { _ in .json(history.json) }
        let result = try Hostctl.run(["model", "history", "--verify"], at: standIn)
        #expect(result.err == "hostctl: the chain is broken: row 17 is not as it was written\n" && result.code == 1)
        let unasked = try StandIn { _ in .json(PolicyHistory(rows: []).json) }
        #expect(try Hostctl.run(["model", "history", "--verify"], at: unasked).code == 1, "nobody looked")
        #expect(try Hostctl.run(["model", "history"], at: unasked).out == "no policy was ever accepted\n")
    }

    @Test func tiersGenerationsAndActionsAreCompleted() throws {
        let standIn = try StandIn(ModelHost(Samples.models()).answer)
        func candidates(_ words: String...) throws -> [String] {
            try Hostctl.run(["__complete"] + words, at: standIn).out.split(separator: "\n").map(String.init)
        }
        #expect(try candidates("model", "pro") == ["promote\tmake the candidate of a tier its model"])
        #expect(try candidates("model", "promote", "") == ["agent\tdeepseek/v4-flash", "reasoning\tanthropic/sonnet"])
        #expect(try candidates("model", "show", "agent", "").count == 1, "what is there is not said again")
        #expect(try candidates("model", "rollback", "--candidate", "r") == ["reasoning\tanthropic/sonnet"])
        #expect(try candidates("job", "submit", "--tier=a") == ["--tier=agent\tdeepseek/v4-flash"])
        #expect(try candidates("model", "rollback", "25") == ["250\t2020-05-18 09:30:00 2026-W250"])
        #expect(try candidates("model", "show", "--generation", "24").count == 10)
        #expect(try candidates("model", "check", "") == [":files"])
        #expect(try candidates("model", "apply", "") == [":files"])
    }
}
