// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A file of `presets/jobs`: all that hostd knows of an agent CLI.
enum AgentPresetSection {
    static let section = Section(
        "preset.NAME", empty: AgentPreset(name: "", command: ArgumentTemplate([])),
        hint: "the keys of a preset for jobs",
        keys: launch + [
            Key("session", session, \.session),
            Key("stall", stall, \.stall),
            Key("stop", StopSection.section, \.stop),
        ] + reading)

    private static let launch: [Key<AgentPreset>] = [
        Key(
            "command", .arguments, \.command, also: ["start", "run", "cmd"],
            "Starts it on a task, `${prompt}`. An array within the array is left out as a whole when a variable in "
                + "it is empty; elsewhere an empty one is an error. `${arguments}` alone stands for what a job adds."),
        Key(
            "resume", .arguments, \.resume, also: ["continue"],
            "Goes on with its session, `${session}`; here `${prompt}` is `on_resume`. Without it `command` starts "
                + "anew, with `hand_over`."),
        Key(
            "env", .templates, \.environment, also: ["environment"],
            "Variables of its environment; one is left out when a variable in its value is empty."),
        Key(
            "on_resume", .prompt, \.onResume, also: ["resume_prompt", "continue_prompt"],
            "What it is told when it is resumed; a piece of an array is left out when a variable in it is empty. "
                + "Here and in `hand_over`, `${prompt}` is the task."),
        Key(
            "hand_over", .prompt, \.handOver, also: ["handover", "hand_over_prompt"],
            "What it is told when an earlier attempt has begun the task and its session is gone."),
        Key(
            "needs", .list(of: .condition, "conditions", atMost: 16), \.needs, also: ["conditions"],
            "Conditions of the host that must not be critical before each launch."),
    ]

    private static let reading: [Key<AgentPreset>] = [
        Key(
            "output", .choice(), \.output, also: ["format"],
            "What it writes: a JSON object a line (other lines are text), or text."),
        Key(
            "success", .choice(), \.success,
            "What an attempt has to show: a `line` that says so, without which exit code 0 means that it was cut "
                + "off, or `exit` code 0 and no line of failure."),
        Key(
            "git", .flag, \.watchesGit,
            "A new commit at HEAD of the job's folder is progress and a checkpoint."),
        Key(
            "provider_words", .flag, \.knowsProviders,
            "The words that providers of models have for their failures count, after `[[failure]]`."),
        Key(
            "line", each: AgentLineSection.section, atMost: AgentLineSection.limit, \.lines, also: ["lines", "event"],
            check: AgentLineSection.check),
        Key(
            "tokens", each: AgentTokenSection.section, atMost: AgentTokenSection.limit, \.tokens, also: ["usage"],
            check: AgentTokenSection.check),
        Key(
            "tools", each: AgentToolSection.section, atMost: AgentToolSection.limit, \.tools, also: ["tool"],
            check: AgentToolSection.check),
        Key(
            "failure", each: AgentFailureSection.section, atMost: AgentFailureSection.limit, \.failures,
            also: ["failures", "error"], check: AgentFailureSection.check),
    ]

    private static let session = Section(
        "preset.NAME.session", empty: AgentSession(), hint: "a table, like { from = \"chosen\" }",
        keys: [
            Key(
                "from", .choice(), \AgentSession.origin, also: ["origin", "source"],
                "Who names the session: hostd beforehand (`chosen`, a UUID), the agent in its `output`, or nobody."),
            Key("when", .fieldValues, \.condition.when, "With `output`: the lines that name it, as in `[[line]]`."),
            Key("value", .fieldPath, \.value, also: ["path", "id"], "With `output`: where in them the name stands."),
            Key(
                "file", .template, \.file,
                "A file that is there when the session is, beginning with `~/` or `/`: without it the attempt "
                    + "starts on the task. `${slug}` is the working folder as Claude Code writes it."),
        ])

    private static let stall = Section(
        "preset.NAME.stall", empty: AgentStall(), hint: "a table, like { silence = \"10m\" }",
        keys: [
            Key(
                "silence", .time(.seconds(1)...TimeText.day), \AgentStall.silence, also: ["idle"],
                "It is taken to be stuck when it has said nothing but signs of life for so long, uses no CPU, and its "
                    + "sockets are silent; known stalls of 405 s end by themselves."),
            Key(
                "hard", .time(.seconds(1)...TimeText.week), \.hard,
                "It is taken to be stuck when it has said nothing for so long, whatever else it does."),
            Key(
                "errors", .integer(0...100_000), \.errors, also: ["loop"],
                "So many failed or refused calls of tools without progress are a loop; 0: none are."),
            Key(
                "after_result", .time(.seconds(1)...TimeText.day), \.afterResult,
                "When it has said its last word, and for so long nothing more, it is ended; what it said counts."),
        ])
}
