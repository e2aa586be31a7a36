// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `model_change`, and the keys of `[[apply]]` that say which models go there.
struct ModelChangeTests {
    @Test(arguments: [
        ("\"none\"", ModelChange.none, "\"none\""),
        ("\"restart\"", .restart, "\"restart\""),
        ("{ signal = \"HUP\" }", .tell(.signal(1)), "{ signal = \"SIGHUP\" }"),
        ("{ exec = [\"x\", \"y\"] }", .tell(.exec(["x", "y"])), "{ exec = [\"x\", \"y\"] }"),
        (
            "{ http = \"http://127.0.0.1:8080/reload\" }", .tell(.http(url: "http://127.0.0.1:8080/reload")),
            "{ http = \"http://127.0.0.1:8080/reload\" }"
        ),
    ])
    func itIsAWordOrAnAction(text: String, change: ModelChange, shown: String) throws {
        let file = "[service.a]\ncommand = [\"x\"]\nmodel_change = \(text)\n"
        #expect(try configuration([("hostd.toml", file)]).services.first?.modelChange == change)
        let tables = try ConfigurationReader.explain([ConfigurationFile(path: "hostd.toml", text: file)]).get()
        let key = tables.first { $0.service != nil }?.keys.first { $0.name == "model_change" }
        #expect(key?.value == shown)
    }

    @Test func withoutAWordNothingIsDone() throws {
        let read = try configuration([("hostd.toml", "[service.a]\ncommand = [\"x\"]\n")])
        #expect(read.services.first?.modelChange == ModelChange.none)
    }

    @Test func aLaterFileSaysSomethingElse() throws {
        let first = "[service.a]\ncommand = [\"x\"]\nmodel_change = { signal = \"SIGHUP\" }\n"
        let read = try configuration([
            ("hostd.toml", first), ("conf.d/a.toml", "[service.a]\nmodel_change = \"restart\"\n"),
        ])
        #expect(read.services.first?.modelChange == .restart)
    }

    @Test(arguments: [
        (
            "model_change = \"reload\"",
            "16: service.a.model_change: \"reload\" is unknown "
                + "(write \"none\", \"restart\" or a table, like { signal = \"SIGHUP\" })"
        ),
        (
            "model_change = true",
            "16: service.a.model_change: true is a boolean "
                + "(write \"none\", \"restart\" or a table, like { signal = \"SIGHUP\" })"
        ),
        (
            "model_change = {}",
            "16: service.a.model_change: does nothing (give one of signal, exec, http, or write \"none\")"
        ),
        (
            "model_change = { signal = \"SIGHUP\", exec = [\"x\"] }",
            "37: service.a.model_change.exec: \"signal\" stands here already (give only one of signal, exec, http)"
        ),
    ])
    func whatIsWrongIsSaid(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test func aChangeOfItTouchesNothingThatRuns() throws {
        let old = "[service.a]\ncommand = [\"x\"]\n"
        let new = old + "model_change = \"restart\"\n"
        let plan = ConfigurationPlan(
            from: try configuration([("hostd.toml", old)]), to: try configuration([("hostd.toml", new)]))
        #expect(plan.changes.map(\.action) == [.apply] && plan.changes.first?.keys == ["model_change"])
    }
}

/// The keys of `[[apply]]` that say which models go there.
struct TargetKeyTests {
    private static let tier = "[tier.agent]\nmodel = \"a/b\"\n[tier.big]\nmodel = \"c/d\"\n"

    @Test func anOpenClawHasATierAndAPrefix() throws {
        let policy = try PolicyReaderTests.policy(
            Self.tier + "[[apply]]\nopenclaw = \"~x/.openclaw\"\ntier = \"big\"\nprefix = \"openrouter/\"\n")
        #expect(policy.targets.first?.tier == "big" && policy.targets.first?.prefix == "openrouter/")
        let lines = policy.lines.filter { $0.path.hasPrefix("apply.") }.map { "\($0.path) = \($0.value)" }
        #expect(
            lines == [
                "apply.openclaw.openclaw = ~x/.openclaw", "apply.openclaw.tier = big",
                "apply.openclaw.prefix = openrouter/",
            ])
    }

    @Test(arguments: [
        (
            "openclaw = \"/x\"\ntier = \"bg\"",
            "5:1: apply.1: it gets the tier \"bg\", which is not here "
                + "(give tier, one of agent, big)"
        ),
        ("exec = [\"x\"]\ntier = \"big\"", "7:8: apply.1.tier: goes with openclaw (leave it out)"),
        ("exec = [\"x\"]\nprefix = \"o/\"", "7:10: apply.1.prefix: goes with openclaw and litellm (leave it out)"),
        (
            "litellm = { url = \"http://x\", service = \"l\" }",
            "6:41: apply.1.litellm.service: goes with config, which is not given (leave it out)"
        ),
        (
            "openclaw = \"/x\"\nprefix = \"a b/\"",
            "7:10: apply.1.prefix: \"a b/x\" is no ID of a model (a-z, A-Z, 0-9 and / - _ . : @ + stand in one)"
        ),
    ])
    func keysThatDoNotGoTogether(text: String, message: String) {
        #expect(PolicyReaderTests.wrong(Self.tier + "[[apply]]\n" + text + "\n") == [message])
    }
}
