// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A file that `hostctl job submit --file` reads.
enum JobFileSection {
    private static let times: ClosedRange<Duration> = .zero...(.seconds(366 * 86_400))

    static let section: Section<JobFile> = Section(
        "job", empty: JobFile(), hint: "keys of a job", keys: what + how + rules + ends)

    private static let what: [Key<JobFile>] = [
        Key("kind", .verbatim, \.kind, "The kind."),
        Key("command", .verbatimCommand, \.command, also: ["exec"], "The program with its arguments."),
        Key("resume", .verbatimCommand, \.resume, "How a further attempt goes on."),
        Key("prompt", .verbatim, \.prompt, "What an agent is told to do."),
        Key("directory", .verbatim, \.directory, also: ["cwd", "workdir"], "The working folder."),
        Key("env", .verbatimEnvironment, merging: \.environment, also: ["environment"], "Environment variables."),
        Key("tier", .verbatim, \.tier, "The tier of the policy that names the model."),
        Key("model", .verbatim, \.model, "The model itself, whatever the policy says."),
    ]

    private static let how: [Key<JobFile>] = [
        Key("key", .verbatim, \.key, "The same key makes one job only."),
        Key("priority", .integer(-1000...1000), \.priority, "Jobs of higher priority go first."),
        Key("after", .list(of: .integer(1...JobID.limit), "jobs", atMost: 100), \.after, "Jobs to come after."),
        Key("needs", .list(of: .condition, "conditions", atMost: 16), \.needs, "Conditions that it needs."),
        Key("hold", .flag, \.isHeld, "It waits until a person releases it."),
    ]

    private static let rules: [Key<JobFile>] = [
        Key("attempts", .integer(1...1000), \.attempts, also: ["retries"], "So many failures end it."),
        Key("backoff", .verbatimTime(times), \.backoff, "The first pause after a failure."),
        Key("deadline", .verbatimTime(times), \.deadline, "The job has failed when it takes longer."),
        Key("attempt_timeout", .verbatimTime(times), \.attemptTimeout, also: ["timeout"], "The same of an attempt."),
    ]

    private static let ends: [Key<JobFile>] = [
        Key("on_success", hook, \.onSuccess),
        Key("on_failure", hook, \.onFailure),
    ]

    private static let hook: Section<JobFile.Hook> = Section(
        "job.hook", empty: JobFile.Hook(), hint: "a table, like { webhook = \"https://hooks.example.com/x\" }",
        exclusive: ["webhook", "exec"],
        keys: [
            Key("webhook", .verbatim, \.webhook, also: ["url", "http"], "POST to this URL."),
            Key("exec", .verbatimCommand, \.exec, also: ["command"], "Run this as the job's user."),
        ])
}
