// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// What a command says of known variables is filled in; the rest is the program's.
struct JobWordsTests {
    private let values = TemplateValues([.session: "s-1", .attempt: "3", .checkpoint: "", .directory: "/srv/repo"])

    @Test func knownVariablesAreFilledInAnywhereInAWord() {
        let words = JobWords(["run", "--session=${session}", "${attempt}/${session}", "${slug}"])
        #expect(words.filled(values) == ["run", "--session=s-1", "3/s-1", "-srv-repo"])
    }

    @Test func whatTheShellKnowsIsLeftToIt() {
        for text in ["$HOME", "${HOME}", "$", "a$", "${", "${session", "$(date)", "$$", "${SESSION}"] {
            #expect(JobWords.filled(text, values) == text)
        }
    }

    @Test func aDoubledDollarIsThatOfAVariable() {
        #expect(JobWords.filled("$${session}", values) == "${session}")
        #expect(JobWords.filled("$$${session}", values) == "$${session}")
        #expect(JobWords.filled("$$HOME", values) == "$$HOME")
    }

    @Test func whatAVariableStandsForIsNotLookedAtAgain() {
        let tricky = TemplateValues([.prompt: "print ${session}", .session: "s"])
        #expect(JobWords.filled("${prompt} ${session}", tricky) == "print ${session} s")
    }

    @Test func whatHasNothingToStandForIsNamed() {
        #expect(JobWords(["${checkpoint}", "${session}", "a${model}b"]).missing(values) == [.checkpoint, .model])
        #expect(JobWords([]).missing(values).isEmpty)
    }

    @Test func theVariablesMayBeEmpty() {
        #expect(JobWords(["--from=${checkpoint}"]).filled(values) == ["--from="])
    }
}
