// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

@testable import HostRuntime

/// What is written for targets.
nonisolated struct TargetTextTests {
    private static let models = HelperUnderTest.models

    @Test func aTemplateHasTheModelsOfItsTiers() throws {
        let text = "{\"a\": \"${model.agent}\", \"f\": \"${model.agent.fallback}\"} ${generation} ${policy} $$5 $x $"
        let filled = try TemplateTarget.filled(text, Self.models)
        #expect(filled == "{\"a\": \"deepseek/v4\", \"f\": \"tencent/hy3,step/3.5\"} 7 2026-W21 $5 $x $")
    }

    @Test(arguments: [
        ("a\n${model.x}", "2: there is no tier \"x\" (there is: agent, big)"),
        ("${model.agent", "1: \"${\" has no \"}\" (write \"$${\" for a literal \"${\")"),
        (
            "\n\n${HOME}",
            "3: \"${HOME}\" is none of ${model.TIER}, ${model.TIER.fallback}, ${generation} and ${policy} "
                + "(write \"$${\" for a literal \"${\")"
        ),
    ])
    func whatATemplateCannotHaveIsSaid(text: String, message: String) {
        #expect { try TemplateTarget.filled(text, Self.models) } throws: { "\($0)" == message }
    }

    @Test func anOrderIsReadAsItWasWritten() throws {
        let actions: [ModelTarget.Action] = [
            .openclaw("~a/.openclaw"), .template(from: "/a", to: "/b"), .exec(["x", "y"]),
        ]
        for action in actions {
            let order = TargetOrder(
                target: ModelTarget(name: "t", action: action, user: "u", tier: "big", prefix: "o/"),
                models: Self.models, modelsFile: "/m", keeper: "/k", node: "/n")
            #expect(TargetOrder(json: try JSON(parsing: order.json.bytes)) == order)
        }
    }

    private static let proxyConfig = """
        # a proxy
        model_list:
          - model_name: own
            litellm_params: { model: openai/own }
          # hostd: begin models
          - model_name: "old"
          # hostd: end models
        router_settings:
          num_retries: 2
          fallbacks:
            # hostd: begin fallbacks
            # hostd: end fallbacks
        """ + "\n"

    /// A YAML file as Python reads it.
    private static func yaml(_ text: String) throws -> JSON {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/x.yaml", with: text.utf8)
        let program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"
        let answer = try BriefCommand(
            "/usr/bin/env", ["python3", "-c", program, folder.path + "/x.yaml"],
            environment: ["PATH=/usr/local/bin:/usr/bin:/bin"]
        ).run(within: .seconds(60), limitBytes: 1 << 20)
        return try JSON(parsing: answer.output)
    }

    private static let hasYAML = (try? yaml("a: 1\n")) == ["a": 1]

    private static func entry(_ name: String, _ model: String) -> JSON {
        ["model_name": .string(name), "litellm_params": ["model": .string(model)]]
    }

    private static let entries: [JSON] = [
        entry("agent", "o/deepseek/v4"), entry("big", "o/anthropic/s4.6"), entry("deepseek/v4", "o/deepseek/v4"),
        entry("tencent/hy3", "o/tencent/hy3"), entry("step/3.5", "o/step/3.5"), entry("qwen/q4", "o/qwen/q4"),
        entry("anthropic/s4.6", "o/anthropic/s4.6"),
    ]
    private static let fallbacks: JSON = [
        ["agent": ["tencent/hy3", "step/3.5"]], ["deepseek/v4": ["tencent/hy3", "step/3.5"]],
    ]

    @Test(.enabled(if: hasYAML, "needs Python's yaml")) func aFileThatIsNotThereIsWrittenWhole() throws {
        let text = LiteLLMText(Self.models, prefix: "o/")
        let whole = try text.merged(into: nil, path: "/x")
        let json = try Self.yaml(whole)
        #expect(json["model_list"] == .array(Self.entries))
        #expect(json["router_settings"] == ["fallbacks": Self.fallbacks])
        #expect(try text.merged(into: whole, path: "/x") == whole, "and again")
    }

    @Test(.enabled(if: hasYAML, "needs Python's yaml")) func betweenMarksAllElseStays() throws {
        let text = LiteLLMText(Self.models, prefix: "o/")
        let new = try text.merged(into: Self.proxyConfig, path: "/x")
        let json = try Self.yaml(new)
        let own: JSON = ["model_name": "own", "litellm_params": ["model": "openai/own"]]
        #expect(json["model_list"] == .array([own] + Self.entries))
        #expect(json["router_settings"] == ["num_retries": 2, "fallbacks": Self.fallbacks])
        #expect(new.hasPrefix("# a proxy\nmodel_list:\n  - model_name: own\n"))
        #expect(try text.merged(into: new, path: "/x") == new, "and again")
    }

    @Test(arguments: [
        (
            "model_list: []\n",
            "/x is not hostd's, and has no \"# hostd: begin models\" and \"# hostd: end models\" below its model_list "
                + "(write them there, or name a file that is not there yet and include it)"
        ),
        (
            "model_list:\n  # hostd: end models\n  # hostd: begin models\n",
            "/x:3: \"# hostd: begin models\" and \"# hostd: end models\" do not go together (write each once, in this "
                + "order)"
        ),
    ])
    func whatIsNotHostdsIsLeftAlone(old: String, message: String) {
        #expect {
            try LiteLLMText(Self.models, prefix: "").merged(into: old, path: "/x")
        } throws: {
            "\($0)" == message
        }
    }
}
