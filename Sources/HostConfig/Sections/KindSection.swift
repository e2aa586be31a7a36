// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A kind while its keys are read.
struct KindDraft: Sendable {
    var name: ServiceName
    var specification = KindSpecification(name: "")
    var stall = StallDraft()
    var checkpoint: CheckpointDraft?
    var schedule: String?
    var onSuccess: JobHookDraft?
    var onFailure: JobHookDraft?
}

/// `[kind.NAME]`
enum KindSection {
    static let section = Section(
        "kind.NAME", empty: KindDraft(name: .placeholder),
        keys: what + asWhom + when + how + [
            Key("stall", StallSection.section, \.stall, also: ["hang", "stuck"], change: .nextAttempt),
            Key("checkpoint", CheckpointSection.section, \.checkpoint, also: ["progress"], change: .nextAttempt),
            Key("stop", StopSection.section, \.specification.rules.stop, change: .nextAttempt),
            Key(
                "log", LogSection.section, \.specification.log, also: ["logs", "logging"], change: .nextAttempt),
            Key(
                "limits", LimitsSection.section, \.specification.limited, also: ["limit", "rlimits", "ulimits"],
                change: .nextAttempt),
            Key("on_success", JobHookSection.onSuccess, \.onSuccess, change: .inPlace),
            Key("on_failure", JobHookSection.onFailure, \.onFailure, change: .inPlace),
        ])

    /// What is run.
    private static let what: [Key<KindDraft>] = [
        Key(
            PresetKey.name, .label, \.specification.preset, also: ["template", "agent", "program"],
            change: .nextAttempt,
            "What knows the program: how it is started and resumed, and what its output means."),
        Key(
            "command", .jobCommand, \.specification.command, also: ["cmd", "exec", "run"], change: .nextAttempt,
            "How the first attempt is started, where the preset does not say. At each launch `${prompt}`, "
                + "`${session}`, `${checkpoint}`, `${attempt}`, `${model}`, `${model.TIER}` and `${job}` are filled in."
        ),
        Key(
            "resume", .jobCommand, \.specification.resume, also: ["continue"], change: .nextAttempt,
            "How a further attempt goes on, where the preset does not say; started like the first if not given."),
        Key(
            "prompt", .prompt, \.specification.prompt, also: ["task", "message"], change: .nextAttempt,
            "What an agent is told to do, where a submission does not say."),
        Key(
            "tier", .tag, \.specification.tier, also: ["model", "model_tier"], change: .nextAttempt,
            "The tier of the policy that names the model, `${model}`."),
    ]

    private static let asWhom: [Key<KindDraft>] = LaunchKeys.keys(other: "as who submits the job").map {
        ($0.name == "env" ? $0.keepingJobVariables : $0).changing(.nextAttempt).inside(\.specification.launch)
    }

    /// When a job goes.
    private static let when: [Key<KindDraft>] = [
        Key(
            "needs", .list(of: .condition, "conditions", atMost: 16), \.specification.rules.needs,
            also: ["conditions"], change: .inPlace,
            "Conditions of the host that must not be critical before each attempt."),
        Key(
            "concurrency", .integer(1...10_000), \.specification.rules.concurrency, also: ["max_jobs", "parallel"],
            change: .inPlace, "So many jobs of this kind run at the same time; only `host.concurrency` if not given."),
        Key(
            "priority", .integer(-1000...1000), \.specification.priority, change: .inPlace,
            "Jobs of higher priority go first."),
        Key(
            "keep_awake", .flag, \.specification.keepAwake, also: ["inhibit", "no_sleep", "caffeinate"],
            change: .inPlace,
            "While a job runs, the host does not suspend, idle into sleep, or act on a closed lid."),
        Key(
            "schedule", .schedule, \.schedule, also: ["cron", "timer", "on_calendar"], change: .inPlace,
            "When hostd itself submits a job of this kind: `Mon 09:00`, `Mon..Fri 09:00`, `daily 03:30`, `*:15`."),
        Key(
            "overlap", .choice(), \.specification.overlap, change: .inPlace,
            "What a due time does while the job of an earlier one is not over: leave it out, or queue another."),
        Key(
            "timezone", .timeZone, \.specification.timezone, also: ["tz", "time_zone", "zone"], change: .inPlace,
            "The zone that `schedule` is in; the host's if not given."),
    ]

    /// How often and how long it is tried.
    private static let how: [Key<KindDraft>] = [
        Key(
            "attempts", .integer(1...1000), \.specification.rules.attempts, also: ["retries", "max_attempts"],
            change: .inPlace,
            "So many failures that count, without progress in between, end the job. Disruptions do not count."),
        Key(
            "backoff", .time(.zero...TimeText.day), \.specification.rules.backoff, also: ["delay", "retry_delay"],
            change: .inPlace, "The first delay after a failure; doubled with each further one."),
        Key(
            "max_backoff", .time(.zero...TimeText.day), \.specification.rules.maxBackoff, also: ["max_delay"],
            change: .inPlace, "No delay is longer."),
        Key(
            "jitter", .share, \.specification.rules.jitter, change: .inPlace,
            "Share of the delay that is drawn at random."),
        Key(
            "deadline", .time(.seconds(1)...TimeText.day * 366), \.specification.rules.deadline,
            also: ["max_duration", "ttl"], change: .inPlace,
            "The job has failed when it is not through so long after its submission; never if not given."),
        Key(
            "attempt_timeout", .time(.seconds(1)...TimeText.day * 366), \.specification.rules.attemptTimeout,
            also: ["timeout"], change: .inPlace,
            "An attempt that takes longer is ended, which counts as a failure; none is if not given."),
    ]
}
