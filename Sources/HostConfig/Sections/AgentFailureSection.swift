// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[[failure]]` of a preset for jobs.
enum AgentFailureSection {
    static let limit = 64

    static let section = Section(
        "preset.NAME.failure", empty: AgentFailureRule(.counted),
        hint: "[[failure]], with two brackets, and its keys below it",
        keys: [
            Key(
                "class", .choice(), \AgentFailureRule.class, also: ["is", "means"],
                "What follows: `permanent`: another attempt would end in the same way; `disruption`: not its "
                    + "doing, tried again without counting; `counted`: tried again; `session-gone`: the next "
                    + "attempt starts afresh."),
            Key(
                "exit", .exitCodes(), \.exits, also: ["exit_code", "code"],
                "With one of these exit codes; with any if not given."),
            Key(
                "signal", .signalSet, \.signals,
                "By one of these signals; by any if not given. What hostd itself ends is no failure of this kind."),
            Key(
                "when", .fieldValues, \.condition.when,
                "These values stand in the last word, in a line of `trouble`, or in one of the newest lines of `noise`."
            ),
            Key("contains", .fieldTexts, \.condition.contains, "There, these values have these texts in them."),
            Key(
                "text", .needles, \.text,
                "One of these stands in the words of such a line, or in one of the newest lines that are no JSON."),
            Key("resumed", .flag, \.resumed, "Only of an attempt that was to resume, or only of one that was not."),
            Key(
                "within", .time(.milliseconds(1)...TimeText.day), \.within,
                "Only of an attempt that ran no longer than this."),
            Key(
                "retry_after", .time(.zero...TimeText.day), \.retryAfter, also: ["delay"],
                "With `disruption`: not tried again sooner, where the words name no other time."),
            Key(
                "retry_after_at", .fieldPath, \.retryAfterAt,
                "With `disruption`: where the line says after how many seconds."),
            Key("blames_model", .flag, \.blamesModel, "The model can be blamed for it."),
            Key(
                "refused", .flag, \.isRefusal, also: ["refusal"],
                "The provider refused the model, or the key for it: a candidate on trial is rolled back after two."),
            Key("reason", .label, \.reason, also: ["message"], "What it means, for people."),
        ])

    static func check(_ rule: inout AgentFailureRule, _ place: Place, _ checking: inout Checking) {
        if checking.place(of: checking.currentPath + ".class") == nil {
            checking.report("does not say what follows (write class = \"permanent\")", at: place)
        }
        let path = checking.currentPath
        let signs = ["exit", "signal", "when", "contains", "text"]
        if !signs.contains(where: { checking.place(of: "\(path).\($0)") != nil }) {
            checking.report(
                "fits every failure (give \"exit\", \"signal\", \"when\", \"contains\" or \"text\")", at: place)
        }
        if rule.class != .disruption, rule.retryAfter != nil || rule.retryAfterAt != nil {
            checking.report("only a disruption is tried again after a time (write class = \"disruption\")", at: place)
        }
    }
}

extension ValueType<Set<Int32>> {
    /// A set of signals.
    fileprivate static let signalSet = {
        let list = ValueType<[Int32]>.list(of: .signal, "signals", atMost: 64)
        return ValueType(
            list.name, range: list.range, hint: list.hint,
            read: { node, checking in list.read(node, &checking).map { Set($0) } },
            show: { list.show($0.sorted()) })
    }()
}
