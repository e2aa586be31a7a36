// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Reading an agent's output: what holds whatever the preset says.
struct AgentReadingTests {
    private var preset: AgentPreset {
        var preset = AgentPreset(name: "x", command: ArgumentTemplate([.argument("x")]))
        preset.output = .json
        preset.success = .line
        preset.lines = [
            AgentLineRule(.success, condition("kind", "done")), AgentLineRule(.failure, condition("kind", "failed")),
            AgentLineRule(.noise, condition("kind", "ping")),
            AgentLineRule(
                .progress, condition("kind", "step"), done: FieldPath("at"), total: FieldPath("of")),
        ]
        preset.session = AgentSession(
            origin: .output, condition: condition("kind", "hello"), value: FieldPath("id"))
        return preset
    }

    private func condition(_ path: String, _ value: String) -> LineCondition {
        LineCondition(when: FieldPath(path).map { [.init(path: $0, values: [.text(value)])] } ?? [])
    }

    private func line(_ kind: String, _ further: (String, AgentScalar)...) -> AgentLine {
        .fields([AgentField(path: "kind", value: .text(kind))] + further.map { AgentField(path: $0.0, value: $0.1) })
    }

    @Test func silenceIsBrokenByWordsAndNotBySignsOfLife() {
        var reading = AgentReading(preset)
        #expect(reading.handle(line("ping"), at: .zero + .seconds(1)) == [.noise(nil)])
        #expect(reading.spokeAt == nil)
        #expect(reading.handle(.text("hello"), at: .zero + .seconds(2)) == [.spoke])
        #expect(reading.handle(.text("  "), at: .zero + .seconds(3)) == [])
        #expect(reading.handle(line("other"), at: .zero + .seconds(4)) == [.spoke])
        #expect(reading.spokeAt == .zero + .seconds(4))
    }

    @Test func progressSaysHowFarItIs() {
        var reading = AgentReading(preset)
        let findings = reading.handle(line("step", ("at", .integer(3)), ("of", .number(40))), at: .zero)
        #expect(findings == [.spoke, .progress(AgentProgress(steps: 1, done: 3, total: 40))])
        _ = reading.handle(line("step"), at: .zero + .seconds(1))
        #expect(reading.progress == AgentProgress(steps: 2, done: 3, total: 40))
        #expect(reading.progressAt == .zero + .seconds(1))
    }

    @Test(arguments: ["-rf", "", "a b", "a;b", "../x", String(repeating: "x", count: 129)])
    func aNameThatNoCommandLineShouldCarryIsNoSession(name: String) {
        var reading = AgentReading(preset)
        #expect(reading.handle(line("hello", ("id", .text(name))), at: .zero) == [.spoke])
        #expect(reading.session == nil)
    }

    @Test func theSessionIsTheLastOneThatItNamed() {
        var reading = AgentReading(preset)
        #expect(reading.handle(line("hello", ("id", .text("ses_1"))), at: .zero).first == .session("ses_1"))
        #expect(reading.handle(line("hello", ("id", .text("ses_1"))), at: .zero) == [.spoke])
        _ = reading.handle(line("hello", ("id", .text("ses_2"))), at: .zero)
        #expect(reading.session == "ses_2")
    }

    @Test func aFailureIsTakenBackByProgressAndASuccessIsNot() {
        for (kind, expected) in [("failed", false), ("done", true)] {
            var reading = AgentReading(preset)
            for kind in [kind, "step"] { _ = reading.handle(line(kind), at: .zero) }
            let verdict = reading.verdict(exit: .code(0), resumed: false, ranFor: .seconds(1))
            if case .succeeded = verdict { #expect(expected) } else { #expect(!expected) }
        }
    }

    @Test func aProgramThatWasNotFoundIsPermanent() {
        let verdict = AgentReading(preset).verdict(
            exit: .failedToStart("cannot exec claude: No such file or directory"), resumed: false, ranFor: .zero)
        #expect(
            verdict == .failed(AttemptFailure(.permanent, "cannot exec claude: No such file or directory")))
    }

    @Test func whateverItSaysTheReadingStaysSmall() {
        var reading = AgentReading(preset)
        let long = String(repeating: "é", count: 100_000)
        for _ in 0..<1000 { _ = reading.handle(.text(long), at: .zero) }
        guard case .failed(let failure) = reading.verdict(exit: .code(1), resumed: false, ranFor: .zero) else {
            Issue.record("it counts as done")
            return
        }
        #expect(failure.reason.utf8.count < 500)
    }

    @Test func anOldLineIsForgottenWithProgress() {
        var reading = AgentReading(preset)
        _ = reading.handle(.text("Error: 429 Too Many Requests"), at: .zero)
        #expect(Self.class(reading) == .disruption(retryAfter: nil))
        _ = reading.handle(line("step"), at: .zero)
        #expect(Self.class(reading) == .counted)
    }

    @Test func wordsOfAPlugInDoNotEndAJobThatGotForward() {
        var reading = AgentReading(preset)
        _ = reading.handle(.text("mcp: 401 Unauthorized"), at: .zero)
        #expect(Self.class(reading) == .permanent, "nothing ever came of it")
        #expect(Self.class(reading, .signal(9)) == .counted, "somebody killed it")
        _ = reading.handle(line("step"), at: .zero)
        _ = reading.handle(.text("mcp: 401 Unauthorized"), at: .zero)
        #expect(Self.class(reading) == .counted)
        _ = reading.handle(.text("fetch failed"), at: .zero)
        #expect(Self.class(reading) == .disruption(retryAfter: nil))
    }

    @Test func whatIsShownHasNoSecretsAndNoControlCharacters() {
        var reading = AgentReading(preset)
        let words = "\u{1B}[31mError:\u{1B}[0m\tIncorrect API key provided: sk-abcdefghijklmnopqrstuvwxyz\r"
        _ = reading.handle(.text(words), at: .zero)
        guard case .failed(let failure) = reading.verdict(exit: .code(1), resumed: false, ranFor: .seconds(3)) else {
            Issue.record("it counts as done")
            return
        }
        #expect(
            failure.reason
                == "exit 1 after 3 s: the provider refused the key: Error: Incorrect API key provided: sk-***")
    }

    @Test(arguments: [
        ("429 Too Many Requests, retry after 40 seconds", Duration.seconds(40)),
        ("rate limit: Retry-After: 7", .seconds(7)),
        ("rate limit, try again in 1.5s.", .milliseconds(1500)), ("overloaded; try again in 2 minutes", .seconds(120)),
        ("rate limit, try again in 900ms", .milliseconds(900)),
        ("overloaded, retry after 999999 hours", .seconds(86_400)),
    ])
    func theTimeThatSomebodyAskedForIsObeyed(words: String, wait: Duration) {
        var reading = AgentReading(preset)
        _ = reading.handle(.text(words), at: .zero)
        #expect(Self.class(reading) == .disruption(retryAfter: wait))
    }

    @Test(arguments: ["rate limit", "rate limit, retry after a while", "overloaded, try again in"])
    func whoNamesNoTimeGetsNone(words: String) {
        var reading = AgentReading(preset)
        _ = reading.handle(.text(words), at: .zero)
        #expect(Self.class(reading) == .disruption(retryAfter: nil))
    }

    private static func `class`(
        _ reading: AgentReading, _ status: HostCore.ExitStatus = .code(1)
    ) -> AttemptFailure.Class? {
        guard case .failed(let failure) = reading.verdict(exit: status, resumed: false, ranFor: .zero) else {
            return nil
        }
        return failure.class
    }
}
