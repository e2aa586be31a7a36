// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// The state of everything as users see it.
extension Supervisor {
    /// The host at a glance, without its services.
    func hostStatus() -> HostStatus {
        let clock = wallClock()
        let facts = HostFacts(
            name: settings.name ?? HostName.current, version: Release.version, pid: getpid(),
            uptimeSeconds: (loop.now - startedAt).seconds, launcher: launcherName, keepAwake: power.heldFor,
            keepAwakeProblem: power.problem)
        return HostStatus(
            host: facts, node: nodeStatus, conditions: conditionStatus(clock), policy: policyStatus, services: [],
            jobs: jobCounts)
    }

    /// What services depend on.
    func conditionStatus(_ clock: WallClock) -> [ConditionStatus] {
        conditions.map {
            ConditionStatus(
                kind: $0.kind, level: $0.level.rawValue, since: clock.wall($0.since), reason: $0.reason,
                evidence: $0.evidence)
        }
    }

    /// All services by name, without the time that they are up.
    func statusOfServices() -> [StatusCache.Service] {
        let clock = wallClock()
        return servicesByName { service in
            var result = status(of: service, clock)
            result.uptimeSeconds = nil
            if case .up(let life) = service.state { return (result, life.startedAt) }
            return (result, nil)
        }
    }

    /// What is shown of services is the same as long as this is.
    func shown() -> StatusCache.Shown {
        StatusCache.Shown(
            machine: machineChanges, policy: policy.changes, keepers: launcher.keeperChanges, uses: limits.readings,
            crashes: crashes.changes, clock: wallClock())
    }

    /// `body` of each service, in the order of their names. A machine is large: names are sorted, not machines.
    func servicesByName<Result>(_ body: (ServiceMachine) -> Result) -> [Result] {
        machine.services.keys.sorted().compactMap { name in machine.services[name].map(body) }
    }

    /// The host in one line.
    var summary: String {
        HostSummary.text(machine.services.values, conditions: conditions, isStopping: isStopping)
    }

    /// One service.
    func status(of service: ServiceMachine, _ clock: WallClock) -> ServiceStatus {
        let name = service.specification.name
        var result = ServiceStatus(
            name: name.text, state: service.phase.rawValue, since: clock.wall(service.since),
            pid: service.state.process?.pid, restarts: service.restarts, reason: service.reason)
        result.ready = service.phase == .ready
        result.lastExit = service.lastExit.map { Self.lastExit($0) }
        result.lastCrash = crashes.newest[name.text]
        if let instance = service.state.instance {
            result.instance = instance.description
            result.keeperPid = launcher.keeperPid(instance)
        }
        if case .up(let life) = service.state {
            result.uptimeSeconds = (loop.now - life.startedAt).seconds
            result.ready = life.isReady
            result.statusText = life.notify.status.isEmpty ? nil : life.notify.status
        }
        (result.model, result.isModelPending) = modelStatus(of: service)
        result.health = health(of: service, clock)
        result.nextAttemptAt = service.nextAttempt.map { clock.wall($0) }
        result.ports = service.specification.ports
        result.listen = service.specification.launch.listen.map(\.text)
        result.limits = limitStatus(of: service)
        result.use = use(of: service)
        result.log = "\(folders.log)/\(name)/current"
        result.tags = service.specification.tags
        result.after = service.specification.after.map(\.text)
        return result
    }

    private static func lastExit(_ end: ServiceMachine.LastExit) -> LastExit {
        var result = LastExit(code: nil, signal: nil, at: WallTime(milliseconds: end.report.wallMilliseconds))
        switch end.report.status {
        case .code(let code): result.code = code
        case .signal(let number): result.signal = number
        case .failedToStart, .unknown: break
        }
        result.text = end.text
        return result
    }

    /// The probe of a kind that is being asked now.
    static func probe(_ kind: ProbeKind, of life: ServiceState.Life) -> ProbeMachine? {
        switch kind {
        case .startup: if case .startup(let probe, _, _) = life.stage { probe } else { nil }
        case .live: life.live
        case .ready: life.ready
        }
    }

    private func health(of service: ServiceMachine, _ clock: WallClock) -> [String: ProbeStatus] {
        var result: [String: ProbeStatus] = [:]
        for kind in ProbeKind.allCases {
            guard let specification = service.specification.probe(kind) else { continue }
            var status = ProbeStatus(target: specification.target.text)
            if case .up(let life) = service.state {
                let probe = Self.probe(kind, of: life)
                status.failures = probe?.failuresInRow ?? 0
                if let last = probe?.last ?? (kind == .startup ? life.startupResult : nil) {
                    status.ok = last.answer.isVerdict ? last.answer.ok : nil
                    status.at = clock.wall(last.at)
                    status.durationMilliseconds = Double(last.answer.took.nanoseconds) / 1e6
                    status.seen = last.answer.seen
                }
            }
            result[kind.rawValue] = status
        }
        return result
    }
}

/// Turns points of the monotonic clock into wall time.
nonisolated struct WallClock: Equatable {
    /// Wall time minus monotonic time.
    private let offsetMilliseconds: Int64

    private static let toleranceMilliseconds: Int64 = 20

    /// As of now, or as `last` had it while that still holds: the same point is the same wall time then, not one that
    /// flickers by the millisecond between two readings of two clocks.
    init(now: Instant, last: WallClock?) {
        let offset = Clock.wallMilliseconds - now.nanoseconds / 1_000_000
        let old = last?.offsetMilliseconds
        offsetMilliseconds = old.map { abs($0 - offset) <= Self.toleranceMilliseconds ? $0 : offset } ?? offset
    }

    func wall(_ instant: Instant) -> WallTime {
        WallTime(milliseconds: offsetMilliseconds + instant.nanoseconds / 1_000_000)
    }

    /// The point of the monotonic clock that was, or will be, at this wall time.
    func instant(wallMilliseconds: Int64) -> Instant {
        .zero + .milliseconds(wallMilliseconds - offsetMilliseconds)
    }
}

extension Supervisor {
    /// Wall time as it is shown.
    func wallClock() -> WallClock {
        let clock = WallClock(now: loop.now, last: shownClock)
        shownClock = clock
        return clock
    }
}

/// The host's own name.
nonisolated enum HostName {
    static var current: String {
        let text = (try? Files.readText("/proc/sys/kernel/hostname", limit: 256)) ?? ""
        let name = text.prefix { !$0.isNewline }
        return name.isEmpty ? "localhost" : String(name)
    }
}

nonisolated extension ServiceMachine {
    /// When it is tried again, where that is planned.
    fileprivate var nextAttempt: Instant? {
        switch state {
        case .pausing(let pause): pause.until
        case .waiting(.port(_, let again)): again
        case .waiting(.dependencies(let until)): until
        default: nil
        }
    }
}

nonisolated extension ProbeSpecification.Target {
    /// "http http://127.0.0.1:18789/healthz".
    var text: String {
        switch self {
        case .http(let question): "http \(question.url)"
        case .tcp(let host, let port): "tcp \(host):\(port)"
        case .unix(let path): "unix \(path)"
        case .exec(let command): "exec " + command.joined(separator: " ")
        case .notify: "notify READY=1"
        case .heartbeat: "heartbeat WATCHDOG=1"
        case .log(let pattern): "log \(pattern)"
        }
    }
}
