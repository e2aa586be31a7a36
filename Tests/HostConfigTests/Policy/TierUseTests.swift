// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// Which tiers of the policy the configuration uses.
@Suite struct TierUseTests {
    private static func uses(_ text: String) throws -> [TierUse] {
        try ConfigurationReader.read([ConfigurationFile(path: "hostd.toml", text: text)]).get().tierUses
    }

    @Test func aKindUsesItsTierAndThoseOfItsVariables() throws {
        let uses = try Self.uses(
            """
            [kind.review]
            tier = "reasoning"
            command = ["review", "--model", "${model}", "--fast=${model.quick}", "$${model.literal}"]
            resume = ["review", "${model.quick}", "${model.again}"]
            prompt = "You are ${model.said}."
            env = { SMALL = "${model.small}" }

            [kind.batch]
            tier = "agent"
            command = ["batch"]

            """)
        #expect(
            uses.map { "\($0.noun) \($0.name) \($0.tier)" } == [
                "kind batch agent", "kind review again", "kind review quick", "kind review reasoning",
                "kind review said", "kind review small",
            ])
    }

    @Test func whatNamesNoTierUsesNone() throws {
        let uses = try Self.uses("[kind.plain]\ncommand = [\"make\", \"${job}\"]\n[service.x]\ncommand = [\"x\"]\n")
        #expect(uses.isEmpty)
    }

    @Test func tiersAreFoundInCommandsVariablesAndKinds() throws {
        let text =
            """
            [service.gateway]
            command = ["gateway", "--model", "${model.agent}"]
            instances = 2
            [service.other]
            command = "exec other $${model.none}"
            env = { A = "${model.fast}", B = "${net.rtt_p99_ms}" }
            [kind.review]
            command = ["agent", "${model}", "${prompt}"]
            env = { JUDGE = "${model.judge}" }
            tier = "reasoning"
            """
        let configuration = try configuration([("hostd.toml", text)])
        #expect(
            configuration.tierUses.map { "\($0.noun) \($0.name) \($0.tier)" } == [
                "kind review judge", "kind review reasoning", "service gateway agent", "service other fast",
            ])
        let launch = configuration.services[0].launch.filled { figure in
            if case .model(let tier) = figure { "model of \(tier)" } else { "" }
        }
        #expect(launch.command == ["gateway", "--model", "model of agent"])
    }
}
