// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[[line]]` of a preset for jobs.
enum AgentLineSection {
    static let limit = 64

    static let section = Section(
        "preset.NAME.line", empty: AgentLineRule(.speech, LineCondition()),
        hint: "[[line]], with two brackets, and its keys below it",
        keys: [
            Key(
                "is", .choice(), \AgentLineRule.meaning, also: ["means", "kind"],
                "What follows from such a line. `progress`: work got forward; `speech`: it says something; "
                    + "`noise`: a sign of life and no more; `error`: a tool failed or was refused; `trouble`: kept "
                    + "in mind to the end; `success` and `failure`: the last word, of which the last one counts."),
            Key(
                "when", .fieldValues, \.condition.when, also: ["if", "match"],
                "These values stand at these paths of the JSON; of an array one is enough."),
            Key("unless", .fieldValues, \.condition.unless, also: ["not"], "None of these does."),
            Key(
                "contains", .fieldTexts, \.condition.contains,
                "These values have these texts in them, whatever the capitals."),
            Key(
                "text", .needles, \.condition.text, also: ["matches"],
                "A line that is no JSON has one of these in it, whatever the capitals."),
            Key(
                "begins", .needles, \.condition.begins, also: ["prefix", "starts_with"],
                "A line that is no JSON begins with one of these."),
            Key(
                "words", .list(of: .fieldPath, "paths", atMost: 8), \.words, also: ["message"],
                "Where its words for people stand, the first path that has some; a line that is no JSON says it all."),
            Key("done", .fieldPath, \.done, "Where it says how much is done."),
            Key("total", .fieldPath, \.total, "Where it says how much there is to do."),
        ])

    /// What must hold between the keys of one.
    static func check(_ rule: inout AgentLineRule, _ place: Place, _ checking: inout Checking) {
        if checking.place(of: checking.currentPath + ".is") == nil {
            checking.report("does not say what follows (write is = \"progress\")", at: place)
        }
        AgentConditions.check(rule.condition, place, &checking)
    }
}

/// `[[tokens]]` of a preset for jobs.
enum AgentTokenSection {
    static let limit = 8

    static let section = Section(
        "preset.NAME.tokens", empty: AgentTokenRule(LineCondition()),
        hint: "[[tokens]], with two brackets, and its keys below it",
        keys: [
            Key(
                "when", .fieldValues, \AgentTokenRule.condition.when, "The lines that tell of tokens, as in `[[line]]`."
            ),
            Key(
                "id", .fieldPath, \.id,
                "Where the name of what they were used for stands: of lines with the same name the last one counts."),
            Key(
                "input", .list(of: .fieldPath, "paths", atMost: 8), \.input,
                "Where counts of tokens stand that went in; they are added."),
            Key(
                "output", .list(of: .fieldPath, "paths", atMost: 8), \.output,
                "Where counts of tokens stand that came out; they are added."),
            Key(
                "is_total", .flag, \.isTotal, also: ["total"],
                "The counts are those of the whole attempt, and replace all others."),
        ])

    static func check(_ rule: inout AgentTokenRule, _ place: Place, _ checking: inout Checking) {
        AgentConditions.check(rule.condition, place, &checking)
    }
}

/// `[[tools]]` of a preset for jobs.
enum AgentToolSection {
    static let limit = 8

    static let section = Section(
        "preset.NAME.tools", empty: AgentToolRule(LineCondition()),
        hint: "[[tools]], with two brackets, and its keys below it",
        keys: [
            Key(
                "when", .fieldValues, \AgentToolRule.condition.when,
                "The lines that tell of calls of tools, as in `[[line]]`."),
            Key(
                "calls", .fieldValues, \.calls,
                "Each of these values is a call; of an array each element counts for itself."),
            Key("failures", .fieldValues, \.failures, "Each of these values is a call that failed or was refused."),
        ])

    static func check(_ rule: inout AgentToolRule, _ place: Place, _ checking: inout Checking) {
        AgentConditions.check(rule.condition, place, &checking)
        let path = checking.currentPath
        if checking.place(of: "\(path).calls") == nil, checking.place(of: "\(path).failures") == nil {
            checking.report("counts nothing (give \"calls\" or \"failures\")", at: place)
        }
    }
}

/// What must hold for each condition.
enum AgentConditions {
    private static let keys = ["when", "contains", "text", "begins"]

    static func check(_ condition: LineCondition, _ place: Place, _ checking: inout Checking) {
        if !condition.wantsFields, !condition.wantsText {
            let path = checking.currentPath
            // What is wrong with a key that is there was told.
            guard !keys.contains(where: { checking.place(of: "\(path).\($0)") != nil }) else { return }
            checking.report("fits no line (give \"when\", \"contains\", \"text\" or \"begins\")", at: place)
        } else if condition.wantsFields, condition.wantsText {
            checking.report("a line is JSON or text, never both (write two rules)", at: place)
        }
    }
}
