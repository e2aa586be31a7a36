// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import TestKit
import Testing

/// Presets for jobs: data alone, from the files that come with hostd or from those beside the configuration.
struct AgentPresetTests {
    private static let folder = #filePath.replacing(
        "/Tests/HostConfigTests/AgentPresetTests.swift", with: "/config/presets/jobs")

    private func preset(_ name: String, _ text: String? = nil) throws -> AgentPreset? {
        try ConfigurationReader.agentPreset(name, files: text.map { [file(name, $0)] } ?? []).get()
    }

    private func file(_ name: String, _ text: String) -> ConfigurationFile {
        ConfigurationFile(path: "presets/jobs/\(name).toml", text: text, preset: "jobs/" + name)
    }

    private func errors(_ text: String) -> [String] {
        switch ConfigurationReader.agentPreset("own", files: [file("own", text)]) {
        case .success: []
        case .failure(let errors): errors.errors.map(\.description)
        }
    }

    @Test func everyFileOfThePresetFolderIsCompiledInAndFaultless() throws {
        let names = try Files.list(Self.folder).map { String($0.dropLast(".toml".count)) }
        #expect(names.sorted() == ConfigurationReader.agentPresetNames)
        #expect(names.count == 8)
        for name in names { #expect(try preset(name)?.name == name) }
    }

    @Test func everyPresetStartsAndSilenceIsLongerThanStallsThatEndByThemselves() throws {
        let values = TemplateValues([.prompt: "do it", .session: "s"], arguments: ["program"])
        for name in ConfigurationReader.agentPresetNames {
            let preset = try #require(try preset(name))
            #expect(
                try preset.words(.fresh, values).contains {
                    $0 == "do it" || $0.hasSuffix("=do it") || name == "generic"
                })
            #expect(preset.stall.silence > .seconds(405), "\(name)")
            #expect(!(try preset.words(.resumed, values)).contains("--model"), "\(name): no model is chosen")
        }
    }

    @Test func thereIsNoPresetOfAnotherName() throws {
        #expect(try preset("claude") == nil)
        #expect(try preset("litellm") == nil, "that is one for services")
    }

    @Test func anAgentIsAddedByAFileAlone() throws {
        let preset = try #require(
            try preset(
                "my-agent",
                """
                command = ["my-agent", ["--model", "${model}"], "${arguments}", "--", "${prompt}"]
                resume = ["my-agent", "--session", "${session}", "--", "${prompt}"]
                env = { MY_AGENT_MODEL = "${model}" }
                on_resume = "weiter"
                hand_over = ["${prompt}", "Zuletzt: ${checkpoint}"]
                needs = ["network"]
                output = "json"
                success = "line"
                git = true

                [session]
                from = "output"
                when = { kind = "hello" }
                value = "id"
                file = "~/.my-agent/${session}"

                [stall]
                silence = "7m"
                errors = 5

                [stop]
                signal = "SIGINT"
                grace = "3s"

                [[line]]
                is = "success"
                when = { kind = "end", ok = true }
                words = ["text"]

                [[line]]
                is = "progress"
                when = { kind = "step" }
                done = "at"
                total = "of"

                [[failure]]
                class = "disruption"
                when = { kind = "end", code = [7, 8] }
                retry_after = "30s"
                retry_after_at = "wait"
                reason = "it is tired"
                """))
        #expect(preset.stall == AgentStall(silence: .seconds(420), errors: 5))
        #expect(preset.stop == StopSpecification(signal: 2, grace: .seconds(3)))
        #expect(preset.watchesGit)
        #expect(preset.needs == [.network])
        let values = TemplateValues([.prompt: "-x", .session: "s", .model: "m"], arguments: ["-v"])
        #expect(try preset.words(.fresh, values) == ["my-agent", "--model", "m", "-v", "--", "-x"])
        #expect(try preset.words(.resumed, values) == ["my-agent", "--session", "s", "--", "weiter"])
        var reading = AgentReading(preset)
        let fields = [("kind", AgentScalar.text("end")), ("code", .integer(8)), ("wait", .integer(3))]
        _ = reading.handle(.fields(fields.map { AgentField(path: $0.0, value: $0.1) }), at: .zero)
        let isDone = [("kind", AgentScalar.text("end")), ("ok", .flag(true)), ("text", .text("fertig"))]
        _ = reading.handle(.fields(isDone.map { AgentField(path: $0.0, value: $0.1) }), at: .zero)
        #expect(reading.verdict(exit: .code(0), resumed: false, ranFor: .zero) == .succeeded("fertig"))
    }

    @Test func theExampleOfTheDocumentationIsOne() throws {
        let page = #filePath.replacing("/Tests/HostConfigTests/AgentPresetTests.swift", with: "/docs/agents.md")
        let blocks = try Files.readText(page).split(separator: "```toml\n").dropFirst()
        let example = try #require(blocks.first?.split(separator: "```").first)
        #expect(try preset("my-agent", String(example))?.name == "my-agent")
    }

    @Test func aFileBesideTheConfigurationReplacesAPreset() throws {
        let own = try #require(try preset("codex", "command = [\"own\", \"${prompt}\"]"))
        #expect(own.lines.isEmpty)
        #expect(try own.words(.fresh, TemplateValues([.prompt: "x"])) == ["own", "x"])
    }

    @Test func aPresetForJobsIsNoneForServices() {
        let text = "[service.a]\npreset = \"jobs/codex\"\ncommand = [\"x\"]"
        #expect(HostConfigTests.errors(text).first?.contains("there is no preset \"jobs/codex\"") == true)
    }

    @Test func whatIsWrongInAFileThatNobodyNamesIsToldToo() {
        let files = [ConfigurationFile(path: "hostd.toml", text: ""), file("own", "comand = [\"x\"]")]
        guard case .failure(let errors) = ConfigurationReader.read(files) else {
            Issue.record("it was accepted")
            return
        }
        #expect(
            errors.errors.map(\.description) == [
                "presets/jobs/own.toml:1:1: preset.own.comand: unknown key (did you mean \"command\"?)"
            ])
    }

    @Test(arguments: [
        ("", "1:1: preset.own: no command (write command = [\"agent\", \"${prompt}\"])"),
        (
            "command = [\"x\", \"${modle}\"]",
            "1:17: preset.own.command: \"${…}\" is none of ${prompt}, ${session}, ${model}, ${checkpoint}, "
                + "${attempt}, ${job}, ${directory}, ${slug} (write \"$${\" for a literal \"${\")"
        ),
        (
            "command = \"x\"",
            "1:11: preset.own.command: \"x\" is a string (write an array, like [\"agent\", \"${prompt}\"])"
        ),
        (
            "command = [\"x\"]\noutput = \"xml\"",
            "2:10: preset.own.output: \"xml\" is unknown (write \"json\" or \"text\")"
        ),
        (
            "command = [\"x\"]\nsuccess = \"line\"",
            "2:11: preset.own.success: no [[line]] is = \"success\", so no attempt would ever be done"
        ),
        (
            "command = [\"x\"]\nsession = { from = \"chosen\" }",
            "2:11: preset.own.session: hostd names the session, and command has no \"${session}\" to tell it"
        ),
        (
            "command = [\"x\"]\nresume = [\"x\", \"${session}\"]",
            "2:10: preset.own.resume: names \"${session}\", which nobody gives it (write session.from = \"output\")"
        ),
        (
            "command = [\"x\"]\nsession = { from = \"output\" }",
            "2:11: preset.own.session: the agent names the session: give \"when\" and \"value\""
        ),
        (
            "command = [\"x\"]\n[[line]]\nis = \"progress\"",
            "2:1: preset.own.line.1: fits no line (give \"when\", \"contains\", \"text\" or \"begins\")"
        ),
        (
            "command = [\"x\"]\n[[line]]\nbegins = \"a\"",
            "2:1: preset.own.line.1: does not say what follows (write is = \"progress\")"
        ),
        (
            "command = [\"x\"]\n[[line]]\nis = \"noise\"\nwhen = { a = 1 }",
            "2:1: preset.own.line.1: its output is text (write output = \"json\")"
        ),
        (
            "command = [\"x\"]\noutput = \"json\"\n[[line]]\nis = \"noise\"\nwhen = { a.b = 1 }",
            "5:10: preset.own.line.1.when.a: this is a table (write a string, a number, true or false; a path with "
                + "dots stands in quotes)"
        ),
        (
            "command = [\"x\"]\n[[failure]]\nclass = \"permanent\"",
            "2:1: preset.own.failure.1: fits every failure (give \"exit\", \"signal\", \"when\", \"contains\" or "
                + "\"text\")"
        ),
        (
            "command = [\"x\"]\n[[failure]]\nclass = \"permanent\"\nexit = [300]",
            "4:9: preset.own.failure.1.exit: 300 is out of range (0 to 255)"
        ),
        (
            "command = [\"x\"]\n[[failure]]\nclass = \"permanent\"\nexit = [3]\nretry_after = \"3s\"",
            "2:1: preset.own.failure.1: only a disruption is tried again after a time (write class = \"disruption\")"
        ),
        (
            "command = [\"x\"]\nstall = { silence = \"2h\" }",
            "2:9: preset.own.stall: hard is shorter than silence (make it at least as long)"
        ),
        (
            "command = [\"x\"]\nenv = { NOTIFY_SOCKET = \"x\" }",
            "2:9: preset.own.env.NOTIFY_SOCKET: hostd sets this variable itself (leave it out)"
        ),
    ])
    func whatIsWrongIsToldWithItsPlace(text: String, message: String) {
        #expect(errors(text) == ["presets/jobs/own.toml:" + message])
    }
}
