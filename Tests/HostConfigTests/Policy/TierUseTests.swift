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
                "kind batch agent", "kind review reasoning", "kind review quick", "kind review again",
                "kind review said", "kind review small",
            ])
    }

    @Test func whatNamesNoTierUsesNone() throws {
        let uses = try Self.uses("[kind.plain]\ncommand = [\"make\", \"${job}\"]\n[service.x]\ncommand = [\"x\"]\n")
        #expect(uses.isEmpty)
    }
}
