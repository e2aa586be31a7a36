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
        keys: supervision + [keepAwake, modelChange, nativeUnits]
            + LaunchKeys.keys(other: "as hostd's").map { $0.inside(\.specification.launch) }
            + [
                Key("startup", ProbeSection.startup, \.startup, change: .inPlace),
                Key(
                    "live", ProbeSection.live, \.live, also: ["health", "healthcheck", "health_check", "liveness"],
                    change: .inPlace),
                Key("ready", ProbeSection.ready, \.ready, also: ["readiness"], change: .inPlace),
                Key("restart", RestartSection.section, \.specification.restart, change: .inPlace),
                Key("stop", StopSection.section, \.specification.stop, change: .inPlace),
                Key("reload", ReloadSection.section, \.reload, change: .inPlace),
                Key("log", LogSection.section, \.specification.log, also: ["logs", "logging"]),
                Key("limits", LimitsSection.section, \.specification.limited, also: ["limit", "rlimits", "ulimits"]),
            ])

    /// Every service starts from this one; its name is replaced at the end.
    private static let empty = ServiceDraft(
        specification: ServiceSpecification(name: .placeholder, launch: LaunchSpecification(command: [])))

    private static let keepAwake: Key<ServiceDraft> =
        Key(
            "keep_awake", .flag, \.specification.keepAwake, also: ["inhibit", "no_sleep", "caffeinate"],
            change: .inPlace,
            "While it runs, the host does not suspend, idle into sleep, or act on a closed lid.")

    private static let modelChange: Key<ServiceDraft> =
        Key(
            "model_change", .modelChange, \.specification.modelChange, also: ["on_model_change", "models"],
            change: .inPlace,
            "What is done when the policy gives it another model: nothing before its next launch, a restart at a quiet "
                + "moment, or the action of this table.")

    private static let nativeUnits: Key<ServiceDraft> =
        Key(
            NativeUnitsKey.name, NativeUnitsKey.type, \.specification.nativeUnits, change: .inPlace,
            "Units of systemd that run the same program, with `*` for any letters: one that is enabled beside it is "
                + "told by condition `config`. Without it, those of the preset that has one of its `ports`; [] for "
                + "none.")

    private static let supervision: [Key<ServiceDraft>] = [
        Key(
            PresetKey.name, .label, \.preset, also: ["template", "extends", "profile"], change: .none,
            "What fits a known program, as defaults for all other keys: what is given here wins."),
        Key(
            "command", .launchedCommand, \.specification.launch.command,
            also: ["cmd", "exec", "exec_start", "program", "run"],
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
        Key(
            ListenKey.name, ListenKey.type, \.specification.launch.listen,
            also: ["sockets", "listen_stream", "bind"],
            "hostd listens here, from the first start until the service rests, and the program finds the sockets as "
                + "descriptors 3, 4 and so on (sd_listen_fds): over a restart connections wait instead of being "
                + "refused. All instances may share an address."),
    ]

}

extension ServiceName {
    /// Stands in the empty service, where no name is known yet.
    static let placeholder: ServiceName = {
        guard let name = ServiceName("name") else { preconditionFailure("\"name\" is a service name") }
        return name
    }()
}
