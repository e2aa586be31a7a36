// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import TestKit
import Testing

struct PolicyReaderTests {
    /// What is wrong with a policy, without the name of its file.
    static func wrong(_ text: String, _ uses: [TierUse] = []) -> [String] {
        switch PolicyReader.read(files: [ConfigurationFile(path: "models.toml", text: text)], usedTiers: uses) {
        case .success: []
        case .failure(let errors): errors.errors.map { "\($0.line):\($0.column): \($0.message)" }
        }
    }

    static func policy(_ texts: String...) throws -> ModelPolicy {
        let files = texts.enumerated().map { ConfigurationFile(path: "\($0.offset).toml", text: $0.element) }
        return try PolicyReader.read(files: files).get()
    }

    static let whole = """
        policy = "2026-W21"
        note = "DeepSeek-V4-Flash leads the week of 18-24 May"

        [tier.agent]
        model = "deepseek/deepseek-v4-flash"
        fallback = ["tencent/hy3-preview", "stepfun/step-3.5-flash"]
        gray = { model = "tencent/hy3-preview", share = "5%", promote = "golden", by = "hash" }

        [tier.reasoning]
        model = "anthropic/claude-sonnet-4.6"
        allow = ["review"]

        [price."deepseek/deepseek-v4-flash"]
        input = 0.14
        output = 0.28

        [[apply]]
        openclaw = "~agent/.openclaw"

        [[apply]]
        litellm = { config = "/etc/litellm/config.yaml", service = "litellm" }
        user = "litellm"

        [[apply]]
        template = { from = "/etc/hostd/m.in", to = "/srv/m.json" }

        [[apply]]
        exec = ["/usr/local/bin/tell"]

        [[apply]]
        exec = ["/usr/local/bin/tell-also"]

        [golden]
        jobs = ["golden/*.toml"]

        [board]
        url = "https://openrouter.ai/api/v1/datasets/rankings-daily"
        key_file = "/etc/hostd/board-key"
        """

    @Test func everyKeyIsRead() throws {
        let policy = try Self.policy(Self.whole)
        #expect(policy.name == "2026-W21" && policy.note.hasPrefix("DeepSeek"))
        let agent = try #require(policy.tiers["agent"])
        #expect(agent.model == "deepseek/deepseek-v4-flash" && agent.fallback.count == 2 && agent.allow.isEmpty)
        #expect(agent.gray == .init(model: "tencent/hy3-preview", share: 500, promotion: .golden, choice: .hash))
        #expect(policy.tiers["reasoning"]?.allow == ["review"] && policy.tiers["reasoning"]?.gray == nil)
        #expect(policy.prices["deepseek/deepseek-v4-flash"] == .init(input: 0.14, output: 0.28))
        #expect(policy.targets.map(\.name) == ["openclaw", "litellm", "template", "exec", "exec-2"])
        #expect(policy.targets[1].user == "litellm")
        #expect(policy.targets[2].action == .template(from: "/etc/hostd/m.in", to: "/srv/m.json"))
        #expect(policy.golden == ["golden/*.toml"] && policy.board.keyFile == "/etc/hostd/board-key")
    }

    @Test func whatIsNotSaidHasItsDefault() throws {
        let policy = try Self.policy("[tier.agent]\nmodel = \"a/b\"\ngray = { model = \"c/d\" }\n")
        #expect(policy.tiers["agent"]?.gray == .init(model: "c/d", share: 500, promotion: .propose, choice: .quota))
        #expect(policy.name.isEmpty && policy.targets.isEmpty)
    }

    @Test(arguments: ["", "\n\n", "# nothing but words\n"]) func anEmptyFileIsNoPolicy(text: String) {
        #expect(Self.wrong(text) == ["1:1: says nothing (write the policy, beginning with [tier.agent])"])
    }

    @Test func aPolicyWithoutTiersIsWrong() {
        #expect(
            Self.wrong("policy = \"x\"\n") == [
                "1:1: no tier, so nobody has a model (write [tier.agent] with model = \"…\")"
            ])
        #expect(PolicyReaderTests.errorsOfNothing == ["1:1"], "no file at all")
    }

    private static var errorsOfNothing: [String] {
        guard case .failure(let errors) = PolicyReader.read(files: []) else { return [] }
        return errors.errors.map { "\($0.line):\($0.column)" }
    }

    @Test func allThatIsWrongIsSaidWithItsPlace() {
        let text = """
            polcy = "x"
            [tier.agent]
            modl = "a/b"
            fallback = ["a b", "c/d", "c/d"]
            gray = { model = "x/y", share = "51%", promote = "now", by = 5 }
            [tier.Big]
            model = "a/b"
            [price."a/b"]
            input = -1
            """
        #expect(
            Self.wrong(text) == [
                "1:1: polcy: unknown key (did you mean \"policy\"?)",
                "2:1: tier.agent: no model (write model = \"provider/model\")",
                "3:1: tier.agent.modl: unknown key (did you mean \"model\"?)",
                "4:13: tier.agent.fallback: \"a b\" is no ID of a model "
                    + "(a-z, A-Z, 0-9 and / - _ . : @ + stand in one)",
                "4:27: tier.agent.fallback: \"c/d\" stands twice (leave one out)",
                "5:33: tier.agent.gray.share: \"51%\" is out of range (0% to 50%)",
                "5:50: tier.agent.gray.promote: \"now\" is unknown (write \"propose\", \"auto\" or \"golden\")",
                "5:62: tier.agent.gray.by: 5 is an integer (write \"quota\" or \"hash\")",
                "6:7: tier.Big: \"Big\" is no name of a tier "
                    + "(a lower-case letter, then at most 47 of a-z, 0-9, _ and -)",
                "8:1: price.\"a/b\": no output (write output = 0.14, in dollars per million tokens)",
                "9:9: price.\"a/b\".input: -1 is out of range (0 to 100000)",
            ])
    }

    @Test func whatConcernsSeveralKeysIsChecked() {
        let text = """
            [tier.agent]
            model = "a/b"
            fallback = ["c/d", "a/b"]
            gray = { model = "a/b", promote = "golden" }
            [tier.bare]
            fallback = ["c/d"]
            gray = { share = "0.005%" }
            [[apply]]
            user = "agent"
            [[apply]]
            litellm = { service = "x" }
            [[apply]]
            name = "models-file"
            exec = ["x"]
            [[apply]]
            openclaw = "/a"
            exec = ["x"]
            """
        #expect(
            Self.wrong(text) == [
                "3:20: tier.agent.fallback: \"a/b\" is the model itself (leave it out)",
                "4:18: tier.agent.gray.model: \"a/b\" is the tier's model (name another, or leave gray out)",
                "4:35: tier.agent.gray.promote: there are no golden jobs to pass (write [golden] with jobs = […])",
                "5:1: tier.bare: no model (write model = \"provider/model\")",
                "7:18: tier.bare.gray.share: \"0.005%\" is too fine (write steps of 0.01%)",
                "8:1: apply.1: says nothing to do (give one of openclaw, litellm, template, exec)",
                "11:11: apply.2.litellm: names neither file nor address (give config or url)",
                "13:8: apply.3.name: \"models-file\" is a target that there always is",
                "17:1: apply.4.exec: \"openclaw\" stands here already "
                    + "(give only one of openclaw, litellm, template, exec)",
            ])
    }

    @Test func nobodyIsLeftWithoutAModel() {
        let text = "[tier.agent]\nmodel = \"a/b\"\n[tier.reasoning]\nmodel = \"c/d\"\nallow = [\"review\"]\n"
        let uses = [
            TierUse(tier: "agent", noun: "service", name: "gateway"),
            TierUse(tier: "reasoning", noun: "kind", name: "review"),
        ]
        #expect(Self.wrong(text, uses) == [])
        let more = [
            TierUse(tier: "agnet", noun: "service", name: "gateway"),
            TierUse(tier: "reasoning", noun: "kind", name: "import"),
        ]
        #expect(
            Self.wrong(text, more) == [
                "1:1: tier: service \"gateway\" uses the tier \"agnet\", which is not here "
                    + "(write [tier.agnet], or is \"agent\" meant?)",
                "5:9: tier.reasoning.allow: kind \"import\" uses this tier and is not among those who may "
                    + "(add it, or give it another tier)",
            ])
    }

    @Test func includedFilesGoBeforeTheFirstKeyByKey() throws {
        let first = "include = [\"week.toml\"]\n[tier.agent]\nmodel = \"a/b\"\nfallback = [\"c/d\"]\n"
        #expect(
            try PolicyReader.includes(of: ConfigurationFile(path: "m", text: first)).get() == ["week.toml"])
        let policy = try Self.policy(first, "[tier.agent]\nmodel = \"e/f\"\n")
        #expect(policy.tiers["agent"]?.model == "e/f" && policy.tiers["agent"]?.fallback == ["c/d"])
        let nested = PolicyReader.read(files: [
            ConfigurationFile(path: "m", text: first), ConfigurationFile(path: "w", text: "include = [\"x\"]\n"),
        ])
        guard case .failure(let errors) = nested else { return #expect(Bool(false), "it is refused") }
        #expect(errors.description.hasPrefix("w:1:11: "))
        #expect(
            PolicyReader.read(files: [
                ConfigurationFile(path: "m", text: first), ConfigurationFile(path: "w", text: ""),
            ]).isFailure, "an included file that is empty is half-written")
    }

    @Test func aSyntaxErrorIsToldAlone() {
        #expect(Self.wrong("[tier.agent\nmodel = 1\n").count == 1)
    }

    @Test(arguments: ["a", "openai/gpt-5.2", "anthropic.claude-3-5-v1:0", "x/y:free", "claude@2026", "a/b/c_d+e"])
    func idsOfAllProvidersAreTaken(id: String) throws {
        #expect(try Self.policy("[tier.agent]\nmodel = \"\(id)\"\n").tiers["agent"]?.model == id)
    }

    @Test(arguments: ["", " a", "a//b", "/a", "a/", "ä", "a\\n", "${x}"]) func whatIsNoIdIsRefused(id: String) {
        #expect(Self.wrong("[tier.agent]\nmodel = \"\(id)\"\n").count == 1)
    }

    @Test func theSamePolicyHasTheSameDigestInEveryOrder() throws {
        let one = try Self.policy("[tier.b]\nmodel = \"x\"\n[tier.a]\nmodel = \"y\" # words\n")
        let other = try Self.policy("\n[tier.a]\nmodel = \"y\"\n\n[tier.b]\nmodel   = \"x\"\n")
        #expect(one == other && one.canonicalText == "tier.a.model = y\ntier.b.model = x\n")
        #expect(SHA256.hex(of: Array(one.canonicalText.utf8)) == SHA256.hex(of: Array(other.canonicalText.utf8)))
    }

    @Test func differentPoliciesDifferInWords() throws {
        let before = try Self.policy("[tier.agent]\nmodel = \"a\"\n[tier.old]\nmodel = \"x\"\n")
        let after = try Self.policy(
            "note = \"why\"\n[tier.agent]\nmodel = \"b\"\ngray = { model = \"c\", share = \"2.5%\" }\n")
        #expect(
            PolicyChange.between(before, after).map(\.description) == [
                "note: none → why", "tier.agent.model: a → b", "tier.agent.gray.model: none → c",
                "tier.agent.gray.share: none → 2.5%", "tier.agent.gray.promote: none → propose",
                "tier.agent.gray.by: none → quota", "tier.old.model: x → none",
            ])
        #expect(PolicyChange.between(after, after).isEmpty)
        #expect(PolicyChange.between(nil, before).map(\.before) == [nil, nil])
    }

    @Test func damagedFilesAreReadOrRefusedAndNeverEmptyPolicies() {
        var random = SplitMix64(seed: 4711)
        let whole = Array(Self.whole.utf8)
        for _ in 0..<400 {
            var bytes = Array(whole.prefix(Int.random(in: 0...whole.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            guard
                case .success(let policy) = PolicyReader.read(files: [ConfigurationFile(path: "m", bytes: bytes)])
            else { continue }
            #expect(!policy.tiers.isEmpty && policy.tiers.values.allSatisfy { !$0.model.isEmpty })
        }
    }

    @Test func theReferenceIsFresh() throws {
        let page = #filePath.replacing("/Tests/HostConfigTests/Policy/PolicyReaderTests.swift", with: "/docs/models.md")
        let text = try Files.readText(page)
        let mark = try #require(text.firstRange(of: PolicyReferencePage.mark), "the mark of the reference is gone")
        #expect(text[mark.upperBound...] == PolicyReferencePage.text + "\n", "make docs writes it anew")
        for key in PolicyReferencePage.keys {
            #expect(key.summary.count > 10 && key.summary.hasSuffix(".") && !key.summary.contains("|"), "\(key.path)")
        }
    }
}

extension Result {
    fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}

/// What the store keeps of a policy says the same as the files did.
struct PolicyWriterTests {
    @Test func whatIsWrittenIsReadAsTheSamePolicy() throws {
        let policy = try PolicyReaderTests.policy(PolicyReaderTests.whole)
        #expect(try PolicyReaderTests.policy(PolicyWriter.text(policy)) == policy)
    }

    @Test func signsThatMeanSomethingToTOMLAndToVariablesComeBackAsTheyWere() throws {
        var policy = ModelPolicy()
        policy.name = "a \"b\" \\ c"
        policy.note = "one ${model.agent} and $$ and 'x' #no"
        policy.tiers["agent"] = ModelPolicy.Tier(model: "a/b:free")
        policy.prices["a/b.c"] = ModelPolicy.Price(input: 0.1, output: 1e-7)
        policy.targets = [
            ModelTarget(name: "exec", action: .exec(["/bin/sh", "-c", "echo \"$1 ${HOME} $$\" \\n"])),
            ModelTarget(name: "t", action: .template(from: "/a b/\"x\"", to: "/srv/m$.json"), user: "agent"),
        ]
        policy.targets.append(
            ModelTarget(name: "claw", action: .openclaw("/home/a/.openclaw"), tier: "agent", prefix: "openrouter/"))
        policy.board.url = "https://example.com/x?a=$b"
        #expect(try PolicyReaderTests.policy(PolicyWriter.text(policy)) == policy)
    }
}
