// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Commands, prompts and paths of jobs with variables in them.
struct TemplateTests {
    private let full = TemplateValues(
        [.prompt: "do it", .session: "s-1", .model: "m", .directory: "/srv/a_b.c"], arguments: ["--allow", "x"])

    private let command = ArgumentTemplate([
        .argument("agent"), .group(["--model", "${model}"]), .arguments, .argument("--prompt=${prompt}"),
    ])

    @Test func variablesAreFilledIn() throws {
        #expect(try command.words(full) == ["agent", "--model", "m", "--allow", "x", "--prompt=do it"])
    }

    @Test func aGroupWithAnEmptyVariableIsLeftOutWhole() throws {
        #expect(try command.words(TemplateValues([.prompt: "x"])) == ["agent", "--prompt=x"])
    }

    @Test func anEmptyVariableElsewhereIsAnError() {
        #expect(throws: TemplateError.empty(.prompt)) { try command.words(TemplateValues([.model: "m"])) }
    }

    @Test func whatTheValuesSayIsNotLookedAtAgain() throws {
        let values = TemplateValues([.prompt: "${model} $$ '; rm -rf /"])
        #expect(try command.words(values) == ["agent", "--prompt=${model} $$ '; rm -rf /"])
    }

    @Test func twoDollarsAreOne() throws {
        #expect(try TextTemplate(parsing: "$${model} $x 5$").filled(full) == "${model} $x 5$")
    }

    @Test(arguments: [
        ("${nothing}", TemplateError.unknownVariable), ("${arguments} x", .unknownVariable), ("a ${model", .unclosed),
        ("${}", .unknownVariable),
    ])
    func aTemplateThatIsNone(text: String, error: TemplateError) {
        #expect(throws: error) { try TextTemplate(parsing: text) }
    }

    @Test func whatTheKernelWouldRefuseIsRefusedWithAReason() {
        let long = String(repeating: "a", count: TemplateError.longestArgument)
        #expect(throws: TemplateError.tooLong(bytes: long.utf8.count + 9)) {
            try command.words(TemplateValues([.prompt: long]))
        }
        #expect(throws: TemplateError.nul) { try command.words(TemplateValues([.prompt: "a\0b"])) }
        #expect(throws: TemplateError.noProgram) { try ArgumentTemplate([.arguments]).words(TemplateValues()) }
    }

    @Test func aPieceOfAPromptWithAnEmptyVariableIsLeftOut() {
        let prompt: PromptTemplate = ["Go on.", "Last: ${checkpoint}", "${prompt}"]
        #expect(prompt.filled(full) == "Go on.\n\ndo it")
    }

    @Test func resumingTellsWhatThePresetSaysAndAHandOverTheTaskToo() throws {
        var preset = AgentPreset(name: "x", command: command)
        preset.resume = ArgumentTemplate([.argument("agent"), .argument("${session}"), .argument("${prompt}")])
        preset.onResume = ["continue"]
        preset.handOver = ["Look first.", "${prompt}"]
        #expect(try preset.words(.resumed, full) == ["agent", "s-1", "continue"])
        #expect(try preset.words(.handedOver, full).last == "--prompt=Look first.\n\ndo it")
        preset.resume = nil
        #expect(try preset.words(.resumed, full).last == "--prompt=Look first.\n\ndo it", "without a way to resume")
    }

    @Test(arguments: [
        (nil as String?, false, 0, false, AgentPreset.Start.fresh), ("s", false, 0, false, .fresh),
        // Killed before the session was written, and after.
        ("s", false, 1, false, .fresh), ("s", true, 1, false, .resumed), ("s", true, 3, true, .resumed),
        // Its session is gone, or never had a name.
        ("s", false, 2, true, .handedOver), (nil, false, 2, true, .handedOver), (nil, false, 2, false, .fresh),
    ])
    func theNextAttemptBegins(
        session: String?, isThere: Bool, attempts: Int, hasBegun: Bool, expected: AgentPreset.Start
    ) {
        var preset = AgentPreset(name: "x", command: command)
        preset.resume = command
        preset.session = AgentSession(origin: .chosen, file: "~/${session}")
        let start = preset.start(session: session, isSessionThere: isThere, attempts: attempts, hasBegun: hasBegun)
        #expect(start == expected)
    }

    @Test func whoHasNoNameForASessionIsResumedWithoutOne() {
        var preset = AgentPreset(name: "x", command: command)
        #expect(preset.start(session: nil, isSessionThere: false, attempts: 1, hasBegun: true) == .handedOver)
        preset.resume = command
        #expect(preset.start(session: nil, isSessionThere: false, attempts: 1, hasBegun: true) == .resumed)
    }

    @Test func aVariableOfTheEnvironmentWithoutAValueIsLeftOut() {
        var preset = AgentPreset(name: "x", command: command)
        preset.environment = ["LLM_MODEL": "${model}", "QUIET": "1"]
        #expect(preset.variables(full) == ["LLM_MODEL": "m", "QUIET": "1"])
        #expect(preset.variables(TemplateValues()) == ["QUIET": "1"])
    }

    @Test func theFolderOfASessionIsNamedAsClaudeCodeDoes() {
        let session = AgentSession(origin: .chosen, file: "~/.claude/projects/${slug}/${session}.jsonl")
        #expect(session.filePath(full, home: "/home/a") == "/home/a/.claude/projects/-srv-a-b-c/s-1.jsonl")
        #expect(session.filePath(TemplateValues([.directory: "/x"]), home: "/home/a") == nil, "it has no name yet")
        let a = String(repeating: "a", count: 120)
        let b = String(repeating: "b", count: 120)
        let slug = TemplateValues([.directory: "/tmp/cc/long/\(a)/\(b)"])[.slug]
        #expect(slug == "-tmp-cc-long-\(a)-\(b.prefix(66))-sbizl0", "measured")
    }

    @Test func aChosenSessionIsAUUID() {
        #expect(AgentSession.uuid(0, 0) == "00000000-0000-4000-8000-000000000000")
        #expect(AgentSession.uuid(.max, .max) == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    }
}
