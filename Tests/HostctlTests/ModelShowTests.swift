// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

/// `model show` and `model plan`.
@Suite struct ModelShowTests {
    private static func show(_ status: ModelsStatus, _ more: String...) throws -> Hostctl.Result {
        try Hostctl.run(["model", "show"] + more, at: try StandIn(ModelHost(status).answer))
    }

    @Test func thePolicyAtAGlanceInAPipe() throws {
        let result = try Self.show(Samples.models())
        let lines = result.out.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[0].hasPrefix("policy 2026-W21  generation 7  since 20"))
        #expect(lines[0].hasSuffix("(2h 5m ago)"))
        #expect(
            lines.dropFirst().joined(separator: "\n") == """
                       note  V4-Flash leads the week
                       from  /etc/hostd/models.toml
                         by  root
                     digest  sha256:5f0c

                  TIER       MODEL              FALLBACK                   FOR
                  agent      deepseek/v4-flash  tencent/hy3, stepfun/step  all
                  reasoning  anthropic/sonnet   -                          review

                  TIER   CANDIDATE    STATE   SHARE  FAILED            STABLE FAILED     SINCE      REASON
                ~ agent  tencent/hy3  trying     5%  3 of 12 (25.0 %)  4 of 210 (1.9 %)  2h 5m ago

                  TARGET       GENERATION  REASON
                * models-file           7
                * openclaw              7

                  SERVICE  GENERATION  MODELS                    STATE
                * gateway           7  agent: deepseek/v4-flash

                """)
        #expect(result.code == 0 && result.err.isEmpty)
    }

    @Test func aTargetThatIsBehindSaysWhyAndEndsWith3() throws {
        let result = try Self.show(Samples.behind())
        #expect(result.out.contains("\nx openclaw              6  exit 1 after 2.1 s\n"))
        #expect(result.code == ExitCode.attention.rawValue)
        #expect(try Self.show(Samples.behind(), "--json").code == ExitCode.attention.rawValue)
        #expect(try Self.show(Samples.behind(reason: "")).out.contains("\n~ openclaw              6  is on its way\n"))
    }

    @Test func aWrongFileIsToldAndLeavesWhatIsInForce() throws {
        var status = Samples.models()
        status.file.state = "wrong"
        status.file.errors = ["/etc/hostd/models.toml:3:1: tier.agent.modl: unknown key (did you mean \"model\"?)"]
        let result = try Self.show(status)
        #expect(
            result.out.contains(
                "\nx /etc/hostd/models.toml is wrong: generation 7 goes on\n    \(status.file.errors[0])\n"))
        #expect(result.code == ExitCode.attention.rawValue)
    }

    @Test(arguments: [("ok", 7, 0), ("settling", 7, 0), ("missing", 7, 3), ("missing", nil, 0), ("unheard of", 7, 3)])
    func everyStateOfTheFileHasItsExitCode(state: String, generation: UInt64?, code: Int32) throws {
        var status = Samples.models()
        status.file.state = state
        status.policy.generation = generation
        #expect(try Self.show(status).code == code)
    }

    @Test func aSourceThatIsNotToBeHadNeedsALook() throws {
        var status = Samples.models()
        status.file.source = "https://example.com/models.toml"
        status.file.sourceProblem = "404 Not Found"
        let result = try Self.show(status)
        #expect(result.out.contains("     source  https://example.com/models.toml\n"))
        #expect(result.out.contains("\n! not fetched: 404 Not Found\n") && result.code == 3)
    }

    @Test func aHostWithoutAPolicySaysSo() throws {
        let file = ModelsStatus.FileStatus(path: "/etc/hostd/models.toml", state: "missing")
        let result = try Self.show(ModelsStatus(policy: PolicyStatus(), file: file))
        #expect(result.out == "no policy is in force\nthere is no /etc/hostd/models.toml\n" && result.code == 0)
    }

    @Test func aCandidateThatHasHeldIsPutBeforeAPerson() throws {
        var status = Samples.models()
        status.tiers[0].gray = Samples.trial("held", reason: "0 of 59 failed in 26 h")
        let result = try Self.show(status, "agent")
        #expect(
            result.out.hasSuffix(
                "2h 5m ago  0 of 59 failed in 26 h\n    hostctl model promote agent makes it the model of agent, "
                    + "hostctl model rollback --candidate agent ends the trial\n"))
        #expect(result.code == 0, "nothing is wrong")
        status.tiers[0].gray = Samples.trial("held", promote: "golden")
        #expect(try Self.show(status, "agent").out.contains("hostctl model validate tencent/hy3 has it pass"))
        status.tiers[0].gray = Samples.trial("rolledBack", reason: "refused for 2 jobs: 404")
        #expect(try Self.show(status).out.contains("\nx agent  tencent/hy3  rolled back     5%  "))
    }

    @Test func whatRunsWithOtherModelsIsTold() throws {
        var status = Samples.models()
        status.services[0].isPending = true
        status.jobsOnEarlier = 2
        let result = try Self.show(status)
        #expect(result.out.contains("\n~ gateway           7  agent: deepseek/v4-flash  pending\n"))
        #expect(
            result.out.hasSuffix(
                "\n2 attempts of jobs have the model of an earlier generation, until the next attempt\n"))
        #expect(result.code == 0)
    }

    @Test func tiersAreShownAlone() throws {
        let result = try Self.show(Samples.models(), "reasoning")
        #expect(
            result.out == """
                  TIER       MODEL             FALLBACK  FOR
                  reasoning  anthropic/sonnet  -         review

                """)
        let json = try Self.show(Samples.models(), "reasoning", "--json")
        let tiers = try JSON(parsing: Array(json.out.utf8))["tiers"]?.elements ?? []
        #expect(tiers == [Samples.models().json["tiers"]?.elements?.last])
        let wrong = try Self.show(Samples.models(), "reasonin")
        #expect(wrong.err == "hostctl: no tier \"reasonin\" (did you mean reasoning?)\n" && wrong.code == 4)
    }

    @Test func aGenerationIsPrintedAsTOML() throws {
        let status = Samples.models()
        #expect(try Self.show(status, "--generation", "5").out == "policy = \"2026-W20\"\n")
        let unknown = try Self.show(status, "--generation", "99")
        #expect(unknown.err == "hostctl: no generation 99 (hostctl model history lists them)\n" && unknown.code == 4)
        #expect(try Self.show(status, "--generation", "five").code == 2)
        #expect(try Self.show(status, "agent", "--generation", "5").code == 2)
    }

    @Test func namesOfStrangersDoNotSteerTheTerminal() throws {
        var status = Samples.behind(reason: "\u{1B}[31mred")
        status.note = "\u{1B}[2J"
        status.tiers[0].gray?.reason = "\u{7}"
        #expect(try !Self.show(status).out.unicodeScalars.contains { $0 != "\n" && $0.value < 32 })
    }

    @Test func aPlanIsWhatChangesAndForWhom() throws {
        let plan = PolicyPlan(
            generation: 7, changes: ["tier.agent.model: a → b"],
            services: ["gateway: restart when drained (agent: a → b)"],
            targets: ["models-file"], jobsUnderWay: 1)
        let standIn = try StandIn(ModelHost(Samples.models(), plan: plan).answer)
        let result = try Hostctl.run(["model", "plan"], at: standIn)
        #expect(
            result.out == """
                1 thing changes (generation 7 is in force)
                  tier.agent.model: a → b
                services
                  gateway: restart when drained (agent: a → b)
                targets
                  models-file
                1 attempt under way keeps its model until the next one

                """)
        #expect(result.code == 0)
        #expect(try Hostctl.run(["model", "plan", "--json"], at: standIn).out == plan.json.serialized + "\n")
        let same = try StandIn(ModelHost(Samples.models()).answer)
        #expect(try Hostctl.run(["model", "plan"], at: same).out == "nothing changes (generation 7 is in force)\n")
    }

    @Test func aPlanOfAWrongFileEndsWith78() throws {
        let plan = PolicyPlan(generation: 7, errors: ["/etc/hostd/models.toml:1:1: says nothing"])
        let standIn = try StandIn(ModelHost(Samples.models(), plan: plan).answer)
        let result = try Hostctl.run(["model", "plan"], at: standIn)
        #expect(result.err == plan.errors[0] + "\n" && result.out.isEmpty && result.code == 78)
    }

    @Test func anOlderHostdIsToldApart() throws {
        let standIn = try StandIn { _ in .error(404, "there is no /v1/models") }
        for action in ["show", "plan", "history", "report"] {
            let result = try Hostctl.run(["model", action], at: standIn)
            #expect(result.code == 1 && result.err.contains("it is older than this hostctl"), "\(action)")
        }
    }

    @Test func statusHasThePolicyInALine() throws {
        var host = Samples.host([])
        host.policy = PolicyStatus(
            name: "2026-W21", generation: 7,
            tiers: [
                "agent": ["model": "deepseek/v4-flash", "gray": ["model": "tencent/hy3", "share": 0.05]],
                "reasoning": ["model": "anthropic/sonnet", "gray": nil],
            ])
        let json = host.json
        let result = try Hostctl.run(["status"], at: try StandIn { _ in .json(json) })
        #expect(
            result.out.hasSuffix(
                "\npolicy 2026-W21 (generation 7)  agent deepseek/v4-flash (5% tencent/hy3), reasoning "
                    + "anthropic/sonnet\n"))
    }
}
