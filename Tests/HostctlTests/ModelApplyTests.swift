// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// `model apply`, `rollback` and `promote`.
@Suite struct ModelApplyTests {
    private static let plan = PolicyPlan(
        generation: 8, changes: ["tier.agent.model: a → b"], targets: ["models-file", "openclaw"])
    private static let still = PolicyPlan(
        generation: 8,
        changes: ["tier.agent.model: a → b", "tier.agent.gray.model: none → c", "tier.fast.model: d → none"])

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write("hostd.toml", "")
        try write("models.toml", "[tier.agent]\nmodel = \"a/a\"\n")
        try write("new.toml", "[tier.agent]\nmodel = \"b/b\"\n")
    }

    private var policy: String { folder.path + "/models.toml" }

    private func write(_ name: String, _ text: String) throws {
        try Files.replace("\(folder.path)/\(name)", with: text.utf8)
    }

    private func host(_ last: ModelsStatus, file: String? = nil) -> ModelHost {
        var last = last
        last.file.path = file ?? policy
        return ModelHost(last, replies: ["apply": .json(Self.plan.json)])
    }

    private func apply(_ standIn: StandIn, _ more: String...) throws -> Hostctl.Result {
        try Hostctl.run(["model", "apply", "--config", folder.path + "/hostd.toml"] + more, at: standIn)
    }

    @Test func itWaitsUntilAllTargetsHaveIt() throws {
        let host = ModelHost(
            Samples.models(), Samples.behind(generation: 8, reason: ""), Samples.models(generation: 8),
            replies: ["apply": .json(Self.plan.json)])
        let standIn = try StandIn(host.answer)
        let result = try Hostctl.run(["model", "apply", "--note", "as good"], at: standIn)
        #expect(
            result.out == """
                generation 8: 1 change
                  tier.agent.model: a → b
                targets
                  models-file
                  openclaw
                models-file: generation 8
                openclaw: generation 8

                """)
        #expect(result.code == 0 && result.err.isEmpty)
        let posts = standIn.questions.filter { $0.method == "POST" }
        #expect(posts.map(\.target) == ["/v1/models/apply"])
        #expect(posts.map { String(decoding: $0.body, as: UTF8.self) } == [#"{"note":"as good"}"#])
    }

    @Test func aTargetThatFailsForTooLongEndsWith1() throws {
        let host = ModelHost(Samples.behind(generation: 8), replies: ["apply": .json(Self.plan.json)])
        let standIn = try StandIn(host.answer)
        let result = try Hostctl.run(["model", "apply", "--timeout", "300ms"], at: standIn)
        #expect(
            result.err
                == "openclaw: still generation 7 after 0.3 s: exit 1 after 2.1 s (hostd goes on; hostctl model show "
                + "says how far it is, --timeout waits longer)\n")
        #expect(result.code == 1)
        let quick = try Hostctl.run(["model", "apply", "--no-wait"], at: standIn)
        #expect(quick.code == 0 && quick.out.hasSuffix("  openclaw\n"))
        let early = try StandIn(ModelHost(Samples.models(), replies: ["apply": .json(Self.plan.json)]).answer)
        let never = try Hostctl.run(["model", "apply", "--timeout", "300ms"], at: early)
        #expect(never.err.contains("generation 8 is not in force after 0.3 s") && never.code == 1)
    }

    @Test func aTerminalShowsWhoIsWaitedFor() throws {
        let host = ModelHost(Samples.behind(generation: 8), replies: ["apply": .json(Self.plan.json)])
        let result = try PseudoTerminal.run(
            ["model", "apply", "--timeout", "3s"], at: try StandIn(host.answer), columns: 120)
        #expect(result.out.contains("openclaw does not have it yet: exit 1 after 2.1 s, "), "\(result)")
        #expect(result.code == 1)
    }

    @Test func aNewerGenerationServesAsWell() throws {
        let host = ModelHost(Samples.models(generation: 9), replies: ["apply": .json(Self.plan.json)])
        let result = try Hostctl.run(["model", "apply"], at: try StandIn(host.answer))
        #expect(result.code == 0 && result.out.hasSuffix("\nopenclaw: generation 9\n"))
    }

    @Test func aWrongFileIsToldByHostdAndEndsWith78() throws {
        let wrong = PolicyPlan(generation: 7, errors: ["/etc/hostd/models.toml:1:1: says nothing"]).json
        let standIn = try StandIn(ModelHost(Samples.models(), replies: ["apply": .json(wrong, status: 422)]).answer)
        let result = try Hostctl.run(["model", "apply"], at: standIn)
        #expect(result.err == "/etc/hostd/models.toml:1:1: says nothing\n" && result.out.isEmpty && result.code == 78)
        let plain = ModelHost(Samples.models(), replies: ["apply": .error(422, "models.toml is missing")])
        let without = try Hostctl.run(["model", "apply"], at: try StandIn(plain.answer))
        #expect(without.err == "hostctl: models.toml is missing\n" && without.code == 78)
    }

    @Test func aDraftTakesThePlaceAndItsRights() throws {
        try Files.setMode(policy, 0o640)
        let standIn = try StandIn(host(Samples.models(generation: 8)).answer)
        let result = try apply(standIn, folder.path + "/new.toml")
        #expect(result.code == 0, "\(result)")
        #expect(try Files.readText(policy) == "[tier.agent]\nmodel = \"b/b\"\n")
        #expect(try FileStatus(at: policy).rights == 0o640)
        #expect(try Files.list(folder.path) == ["hostd.toml", "models.toml", "new.toml"])
    }

    @Test func aWrongDraftChangesNothing() throws {
        try write("new.toml", "[tier.agent]\n")
        let standIn = try StandIn(host(Samples.models(generation: 8)).answer)
        let result = try apply(standIn, folder.path + "/new.toml")
        #expect(result.err.hasPrefix("\(folder.path)/new.toml:1:1: ") && result.code == 78, "\(result)")
        #expect(try Files.readText(policy) == "[tier.agent]\nmodel = \"a/a\"\n")
        #expect(!standIn.questions.contains { $0.method == "POST" })
        let json = try apply(standIn, folder.path + "/new.toml", "--json")
        let plan = try PolicyPlan(json: try JSON(parsing: Array(json.out.utf8)))
        #expect(plan.errors.count == 1 && json.code == 78)
    }

    @Test func aPolicyFromASourceIsChangedThere() throws {
        var status = Samples.models(generation: 8)
        status.file.source = "https://example.com/models.toml"
        let result = try apply(try StandIn(host(status).answer), folder.path + "/new.toml")
        #expect(result.code == 1)
        #expect(result.err.hasPrefix("hostctl: the policy of this host comes from https://example.com/models.toml"))
        #expect(try Files.readText(policy).contains("a/a"))
    }

    @Test func anotherHostdsFileIsLeftAlone() throws {
        let standIn = try StandIn(host(Samples.models(generation: 8), file: "/etc/hostd/models.toml").answer)
        let result = try apply(standIn, folder.path + "/new.toml")
        #expect(result.err.contains("watches /etc/hostd/models.toml, and not \(policy)") && result.code == 2)
        #expect(try Files.readText(policy).contains("a/a"))
    }

    @Test func aRollbackWaitsAndSaysWhatIsLeftToEdit() throws {
        let host = ModelHost(
            Samples.models(generation: 8), plan: Self.still, replies: ["rollback": .json(["generation": 8])])
        let standIn = try StandIn(host.answer)
        let result = try Hostctl.run(["model", "rollback", "5", "--note", "loops"], at: standIn)
        #expect(
            result.out == """
                generation 8 is in force
                models-file: generation 8
                openclaw: generation 8
                /etc/hostd/models.toml still says otherwise, and goes before what is in force from its next edit on. \
                Edit there:
                  tier.agent.model: write a for b
                  tier.agent.gray.model: take out c
                  tier.fast.model: add d
                or: hostctl model show --generation 8 > new.toml && hostctl model apply new.toml

                """)
        #expect(result.code == 0)
        let post = standIn.questions.first { $0.method == "POST" }
        #expect(post.map { String(decoding: $0.body, as: UTF8.self) } == #"{"generation":5,"note":"loops"}"#)
        let before = try Hostctl.run(["model", "rollback", "--json", "--no-wait"], at: standIn)
        #expect(before.out == #"{"generation":8}"# + "\n")
        let last = standIn.questions.last { $0.method == "POST" }
        #expect(last.map { String(decoding: $0.body, as: UTF8.self) } == #"{"generation":null,"note":null}"#)
    }

    @Test func aTrialEndsWithoutANewPolicy() throws {
        let host = ModelHost(Samples.models(), replies: ["abandon": .json(["generation": 7])])
        let standIn = try StandIn(host.answer)
        let result = try Hostctl.run(["model", "rollback", "--candidate", "agent"], at: standIn)
        #expect(result.out.hasPrefix("the trial in tier agent has ended") && result.code == 0)
        #expect(standIn.questions.map(\.target) == ["/v1/models/abandon"])
        #expect(try Hostctl.run(["model", "rollback", "5", "--candidate", "agent"], at: standIn).code == 2)
        #expect(try Hostctl.run(["model", "rollback", "0"], at: standIn).code == 2)
        let unknown = try StandIn { _ in .error(404, "no generation 99", hint: "the newest is 7") }
        let missing = try Hostctl.run(["model", "rollback", "99"], at: unknown)
        #expect(missing.err == "hostctl: no generation 99 (the newest is 7)\n" && missing.code == 4)
    }

    @Test func aPromotionIsAGeneration() throws {
        let host = ModelHost(
            Samples.models(generation: 9), plan: PolicyPlan(generation: 9),
            replies: ["promote": .json(["generation": 9])])
        let standIn = try StandIn(host.answer)
        let result = try Hostctl.run(["model", "promote", "agent"], at: standIn)
        #expect(result.out == "generation 9 is in force\nmodels-file: generation 9\nopenclaw: generation 9\n")
        let post = standIn.questions.first { $0.method == "POST" }
        #expect(post.map { String(decoding: $0.body, as: UTF8.self) } == #"{"tier":"agent","note":null}"#)
        let without = try Hostctl.run(["model", "promote"], at: standIn)
        #expect(without.err.contains("model promote needs a TIER") && without.code == 2)
    }

    @Test func theJSONIsTheAnswerAndThenTheState() throws {
        let host = ModelHost(Samples.models(generation: 8), replies: ["rollback": .json(["generation": 8])])
        let result = try Hostctl.run(["model", "rollback", "--json"], at: try StandIn(host.answer))
        let lines = try result.out.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
        #expect(lines.count == 2 && lines[0] == ["generation": 8])
        #expect(lines.last?["policy"]?["generation"] == 8)
    }
}
