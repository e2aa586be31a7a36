// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A service while its keys are read: a probe may still lack its target.
struct ServiceDraft: Hashable, Sendable {
    var specification: ServiceSpecification
    var preset: String?
    var instances = 1
    var startup: ProbeDraft?
    var live: ProbeDraft?
    var ready: ProbeDraft?
    var reload: ReloadDraft?

    func probe(_ kind: ProbeKind) -> ProbeDraft? {
        switch kind {
        case .startup: startup
        case .live: live
        case .ready: ready
        }
    }
}

/// `[service.NAME]`
enum ServiceSection {
    static let section = Section(
        "service.NAME", empty: empty,
        keys: supervision + identity + [
            Key("startup", ProbeSection.startup, \.startup, change: .inPlace),
            Key(
                "live", ProbeSection.live, \.live, also: ["health", "healthcheck", "health_check", "liveness"],
                change: .inPlace),
            Key("ready", ProbeSection.ready, \.ready, also: ["readiness"], change: .inPlace),
            Key("restart", RestartSection.section, \.specification.restart, change: .inPlace),
            Key("stop", StopSection.section, \.specification.stop, change: .inPlace),
            Key("reload", ReloadSection.section, \.reload, change: .inPlace),
            Key("log", LogSection.section, \.specification.log, also: ["logs", "logging"]),
            Key("limits", LimitsSection.section, \.specification, also: ["limit", "rlimits", "ulimits"]),
        ])

    /// Every service starts from this one; its name is replaced at the end.
    private static let empty = ServiceDraft(
        specification: ServiceSpecification(name: .placeholder, launch: LaunchSpecification(command: [])))

    private static let supervision: [Key<ServiceDraft>] = [
        Key(
            PresetKey.name, .label, \.preset, also: ["template", "extends", "profile"], change: .none,
            "What fits a known program, as defaults for all other keys: what is given here wins."),
        Key(
            "command", .command, \.specification.launch.command, also: ["cmd", "exec", "exec_start", "program", "run"],
            "The program with its arguments, or a string for /bin/sh -c. Every service needs one."),
        Key(
            "autostart", .flag, \.specification.autostart, also: ["enabled", "enable"],
            change: .inPlace, "Started with hostd, unless a person stopped it."),
        Key(
            "instances", .integer(1...ServiceName.instanceLimit), \.instances, also: ["numprocs", "replicas", "scale"],
            change: .none,
            "So many run: with more than one, NAME@1, NAME@2 and so on; `${instance}` is the number of each."),
        Key(
            "tags", .list(of: .tag, "tags", atMost: 64), \.specification.tags, also: ["tag", "labels"],
            change: .inPlace, "Words under which services are chosen: `hostctl restart tag:edge`."),
        Key(
            "after", .list(of: .serviceName, "services", atMost: 256), \.specification.after,
            also: ["depends_on", "dependencies", "requires"],
            change: .inPlace, "Start when these were ready once; they are stopped after it."),
        Key(
            "after_timeout", .time(.milliseconds(100)...TimeText.week), \.specification.afterTimeout,
            change: .inPlace,
            "Start anyway when waiting for `after` has lasted so long; without it the wait has no end."),
        Key(
            "restart_with", .list(of: .serviceName, "services", atMost: 256), \.specification.restartWith,
            also: ["part_of", "binds_to"],
            change: .inPlace, "Restart when one of these has restarted and is ready again."),
        Key(
            "needs", .list(of: .condition, "conditions", atMost: 16), \.specification.needs,
            also: ["conditions"],
            change: .inPlace, "Conditions of the host that must not be critical before each start."),
        Key(
            "before_start", .hooks(atMost: 16), \.specification.beforeStart,
            also: ["pre_start", "exec_start_pre", "prestart"],
            change: .inPlace, "Run these one after the other before each start; when one fails, the start has failed."),
        Key(
            "after_stop", .hooks(atMost: 16), \.specification.afterStop,
            also: ["post_stop", "exec_stop_post", "poststop"],
            change: .inPlace, "Run these one after the other when an instance has ended."),
        Key(
            "hook_timeout", .time(.milliseconds(100)...TimeText.day), \.specification.hookTimeout,
            change: .inPlace, "So long each command of `before_start` and `after_stop` may take."),
        Key(
            PortKey.name, PortKey.type, \.specification.ports, also: ["port"],
            change: .inPlace,
            "TCP ports that must be free before each start. `${port}` is the first of them."),
    ]

    private static let identity: [Key<ServiceDraft>] = [
        Key(
            "directory", .path, \.specification.launch.directory, also: ["cwd", "workdir", "working_directory", "dir"],
            "The working folder; the user's home if not given."),
        Key(
            "user", .account, \.specification.launch.user, also: ["uid"],
            "Runs as this user; as hostd's if not given."),
        Key(
            "group", .account, \.specification.launch.group, also: ["gid"],
            "Runs with this group; the user's primary group if not given."),
        Key(
            "groups", .list(of: .account, "groups", atMost: 64), \.specification.launch.groups,
            also: ["supplementary_groups"],
            "Supplementary groups; those of the user if not given."),
        Key(
            "keep_awake", .flag, \.specification.keepAwake, also: ["inhibit", "no_sleep", "caffeinate"],
            change: .inPlace,
            "While it runs, the host does not suspend, idle into sleep, or act on a closed lid."),
        Key("umask", .fileMask, \.specification.launch.umask, "File mode creation mask; \"022\" if not given."),
        Key("nice", .integer(-20...19), \.specification.launch.nice, "Nice value; hostd's if not given."),
        Key(
            "oom_score_adj", .integer(-1000...1000), \.specification.launch.oomScoreAdjust,
            "How readily the kernel kills it when memory runs out; 0 if not given."),
        Key(
            "env", .environment, merging: \.specification.launch.environment, also: ["environment"],
            "Environment variables."),
        Key(
            "env_file", .path, \.specification.launch.environmentFile, also: ["environment_file"],
            "A file of NAME=value lines, read at each launch."),
        Key(
            "node", .nodeWish, \.specification.launch.node, also: ["node_version", "runtime"],
            "Run on the pinned Node, first in PATH, and refuse to start on another: true for that of `node.version`, "
                + "or a version for a pin of its own. A file, like \".nvmrc\", stands in `directory`."),
    ]
}

extension ServiceName {
    /// Stands in the empty service, where no name is known yet.
    static let placeholder: ServiceName = {
        guard let name = ServiceName("name") else { preconditionFailure("\"name\" is a service name") }
        return name
    }()
}
