// SPDX-License-Identifier: Apache-2.0

import HostCore

/// When an attempt is taken for hanging, while the keys are read: zero is never.
struct StallDraft: Sendable {
    var silence: Duration
    var hard: Duration

    init() {
        let rules = StallRules()
        silence = rules.silence ?? .zero
        hard = rules.hard ?? .zero
    }

    var rules: StallRules {
        StallRules(silence: silence == .zero ? nil : silence, hard: hard == .zero ? nil : hard)
    }
}

/// `[kind.NAME.stall]`
enum StallSection {
    static let section = Section(
        "kind.NAME.stall", empty: StallDraft(), hint: "a table, like { silence = \"10m\", hard = \"30m\" }",
        keys: [
            Key(
                "silence", .time(.zero...TimeText.week), \.silence, also: ["idle"],
                "No output, no progress, hardly any processor time and silent sockets for so long: it hangs. \"0s\": "
                    + "never for that. Agents are known to come back by themselves after 405 s."),
            Key(
                "hard", .time(.zero...TimeText.week), \.hard,
                "No progress for so long, whatever else it does: it hangs, or repeats errors. \"0s\": never for that."),
        ])
}

/// Where a job says how far it is, while the keys are read.
struct CheckpointDraft: Sendable {
    /// The last one given: a later file may name another place.
    var place: KindSpecification.CheckpointPlace?
    var signal: Int32?
    var patience: Duration = .seconds(30)

    var file: String? {
        get { if case .file(let path) = place { path } else { nil } }
        set { place = newValue.map { .file($0) } }
    }

    var git: Bool {
        get { place == .git }
        set { set(.git, newValue) }
    }

    var notify: Bool {
        get { place == .notify }
        set { set(.notify, newValue) }
    }

    private mutating func set(_ wanted: KindSpecification.CheckpointPlace, _ isWanted: Bool) {
        if isWanted { place = wanted } else if place == wanted { place = nil }
    }
}

/// `[kind.NAME.checkpoint]`
enum CheckpointSection {
    static let section = Section(
        "kind.NAME.checkpoint", empty: CheckpointDraft(), hint: "a table, like { file = \"progress.json\" }",
        exclusive: ["file", "git", "notify"],
        keys: [
            Key(
                "file", .jobFile, \.file, also: ["path"],
                "What this file of the job's directory holds is its checkpoint. It is read as the job's user."),
            Key(
                "git", .flag, \.git, also: ["commit"],
                "The newest commit of the repository in the job's directory is its checkpoint."),
            Key(
                "notify", .flag, \.notify, also: ["socket"],
                "It says `X_PROGRESS=` and `X_CHECKPOINT=` over its notify socket, which is heard in any case."),
            Key(
                "signal", .signal, \.signal,
                "Asks the main process for a checkpoint before a planned stop; it is not asked if not given."),
            Key(
                "patience", .time(.milliseconds(100)...TimeText.hour), \.patience, also: ["timeout"],
                "So long it may take to answer; then it is stopped all the same."),
        ])
}

/// What is done at the end of a job, while the keys are read.
struct JobHookDraft: Sendable {
    /// The last one given: a later file may do something else.
    var hook: JobHook?

    var webhook: String? {
        get { if case .webhook(let url) = hook { url } else { nil } }
        set { hook = newValue.map { .webhook($0) } }
    }

    var command: [String]? {
        get { if case .command(let words) = hook { words } else { nil } }
        set { hook = newValue.map { .command($0) } }
    }
}

/// `[kind.NAME.on_success]` and `[kind.NAME.on_failure]`
enum JobHookSection {
    /// Of these one says what is done.
    static let actions = ["webhook", "exec"]

    static let onSuccess = section("kind.NAME.on_success")
    static let onFailure = section("kind.NAME.on_failure")

    private static func section(_ path: String) -> Section<JobHookDraft> {
        Section(
            path, empty: JobHookDraft(), hint: "a table, like { exec = [\"program\", \"argument\"] }",
            exclusive: actions,
            keys: [
                Key(
                    "webhook", .secretWebAddress, \.webhook, also: ["url", "http"],
                    "A POST of the job as JSON to this URL, which is a secret and never shown whole; at least once, "
                        + "with an id by which a repetition is known."),
                Key(
                    "exec", .command, \.command, also: ["command", "run"],
                    "Run this as the job's user, with the job as JSON in `HOSTD_JOB_JSON`; at least once, with an id "
                        + "by which a repetition is known."),
            ])
    }
}
