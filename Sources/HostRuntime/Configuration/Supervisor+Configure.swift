// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLoop
internal import HostWire

/// A new configuration while hostd runs: read beside the loop, compared key by key, and taken over as a whole or not at
/// all.
extension Supervisor {
    private static let readDeadline: Duration = .seconds(30)

    typealias ReadConfiguration = Result<(HostConfiguration, [ConfigurationFile]), ConfigurationLoader.Failure>

    /// Reads the files as they are now and says what a reload would change.
    func plan(then: @escaping (ReadConfiguration?) -> Void) {
        let loader = ConfigurationLoader(folders: folders)
        files.submit(deadline: Self.readDeadline) {
            loader.load()
        } then: { (outcome: WorkOutcome<ReadConfiguration>) in
            if case .done(let result) = outcome { then(result) } else { then(nil) }
        }
    }

    /// What it takes to get to `new`, and the services that still run with what an earlier configuration said.
    func changes(to new: HostConfiguration) -> [ReloadAnswer.Change] {
        let plan = ConfigurationPlan(from: configuration, to: new)
        var changes = plan.changes.map {
            ReloadAnswer.Change(
                service: $0.service.text, action: $0.action.rawValue, keys: $0.keys, reason: $0.reason)
        }
        let planned = Set(plan.changes.map(\.service))
        for specification in new.services where !planned.contains(specification.name) {
            guard machine.services[specification.name]?.isOutdated == true else { continue }
            let why = "it was launched with an earlier configuration"
            changes.append(.init(service: specification.name.text, action: "restart", reason: why))
        }
        return changes.sorted { $0.service < $1.service }
    }

    /// SIGHUP, `systemctl reload`, `hostctl reload`. One at a time: what is asked for meanwhile is done after it.
    func reload(_ why: String, then: @escaping (ReloadAnswer) -> Void = { _ in }) {
        reloadsAsked.append((why, then))
        if reloadsAsked.count == 1 { startReload() }
    }

    private func startReload() {
        manager.reloading()
        plan { [weak self] result in
            guard let self else { return }
            let answer = self.take(result)
            self.manager.ready()
            guard !self.reloadsAsked.isEmpty else { return }
            let (_, then) = self.reloadsAsked.removeFirst()
            then(answer)
            if !self.reloadsAsked.isEmpty { self.startReload() }
        }
    }

    private func take(_ result: ReadConfiguration?) -> ReloadAnswer {
        guard !isStopping else { return ReloadAnswer(ok: false, errors: ["hostd is stopping"]) }
        switch result {
        case .success((let new, let read))?:
            let changes = changes(to: new)
            apply(new, changes)
            keep(read)
            return ReloadAnswer(ok: true, changes: changes)
        case .failure(let failure)?:
            let lines = failure.description.split(separator: "\n").map(String.init)
            refuse(lines)
            return ReloadAnswer(ok: false, errors: lines)
        case nil:
            let text = "the files were not read within \(Self.readDeadline.text)"
            refuse([text])
            return ReloadAnswer(ok: false, errors: [text])
        }
    }

    private func refuse(_ lines: [String]) {
        for line in lines.prefix(20) { Journal.say(.error, line) }
        let first = lines.first ?? "the configuration is wrong"
        history.add(host: "reload_refused", first, .error)
        setConfigCondition(.critical, "\(first); running with the configuration that was accepted last")
    }

    private func apply(_ new: HostConfiguration, _ changes: [ReloadAnswer.Change]) {
        let old = configuration
        configuration = new
        chooseLauncher()
        units?.begin()
        let needsHostd = ConfigurationPlan(from: old, to: new).hostKeysForRestart
        history.add(host: "reloaded", Self.summary(of: changes))
        let unknown = useControl?(new.control)
        setConfigCondition(.ok, "")
        if let unknown {
            setConfigCondition(.warn, unknown)
        } else if !needsHostd.isEmpty {
            setConfigCondition(.warn, "\(needsHostd.joined(separator: ", ")): takes a restart of hostd")
        }
        let changed = Set(changes.map(\.service))
        for name in identities.keys where changed.contains(name.text) { identities[name] = nil }
        wantLogs(of: new.services)
        if new.disk != old.disk { disks.configure(new.disk) }
        wantAlerts(of: new)
        wantAwake(of: new)
        let (fresh, returning) = newcomers(in: new)
        var generator = SystemRandomNumberGenerator()
        // Before launches that follow ask for it.
        wantNodes(of: new)
        wantNeighbours(of: new)
        wantNetwork(of: new)
        wantPolicy(of: new)
        feed(.configure(new.services, seed: generator.next()))
        wakeServicesWithoutModel()
        for name in returning { feed(name, .start(by: .host)) }
        welcome(fresh)
        configureJobs()
        lookForAdvice()
    }

    /// Services that hostd does not know, and those that it was about to forget.
    private func newcomers(in new: HostConfiguration) -> (fresh: [ServiceName], returning: [ServiceName]) {
        let names = new.services.map(\.name)
        let returning = new.services.filter { machine.leaving.contains($0.name) && $0.autostart }.map(\.name)
        return (names.filter { machine.services[$0] == nil }, returning)
    }

    /// Starts new services, once it is known what the store remembers of them.
    private func welcome(_ names: [ServiceName]) {
        for name in names {
            let newest = traces.keys.filter { $0.service == name }.map(\.launch).max() ?? 0
            machine.skipLaunches(of: name, through: newest)
            unremembered.insert(name)
        }
        recallFromStore()
    }

    private func keep(_ read: [ConfigurationFile]) {
        let loader = ConfigurationLoader(folders: folders)
        files.submit(deadline: Self.readDeadline) { () -> String? in
            do { try loader.keep(read) } catch { return "\(error)" }
            return nil
        } then: { (outcome: WorkOutcome<String?>) in
            let why =
                switch outcome {
                case .done(nil): nil as String?
                case .done(let why?): why
                case .late, .full: "the disk does not answer"
                }
            guard let why else { return }
            Journal.say(.warning, "\(why); a later start with a bad configuration would fall back on an older one")
        }
    }

    private static func summary(of changes: [ReloadAnswer.Change]) -> String {
        guard !changes.isEmpty else { return "the configuration was read again: nothing differs" }
        let parts = ["start", "stop", "restart", "apply"].compactMap { action -> String? in
            let names = changes.filter { $0.action == action }.map(\.service)
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
            return "\(action) \(shown)"
        }
        return "the configuration was read again: \(parts.joined(separator: "; "))"
    }

    /// A service that is no longer configured is forgotten; what the store knows of it stays, should it come back.
    func removed(_ name: ServiceName) {
        snapshots.remove(name)
        timers[name] = nil
        identities[name] = nil
        unremembered.remove(name)
        blockedStarts.remove(name)
        heldSockets.release(name)
        history.add(host: "removed", "\(name) is no longer configured")
        alerts.gone(name)
    }

    /// Tells the logger how the output of services is kept.
    func wantLogs(of services: [ServiceSpecification]) {
        for service in services {
            for log in InstanceTrace.logs(of: service) { logger.want(log: log, service.log) }
        }
        logger.want(hostTotalBytes: configuration.host.logsTotalBytes, foreign: configuration.foreignLogs)
    }

    /// The logger has renamed a file that a service writes: the service is told to make a new one.
    func reopen(foreignLog text: String) {
        let log = configuration.foreignLogs.first { $0.name.text == text }
        guard case .signal(let number, let family)? = log?.reopen else { return }
        for name in names(called: family.text) {
            guard let service = machine.services[name], let instance = service.state.instance,
                let process = service.state.process
            else { continue }
            launcher.signal(instance, number, to: .main)
            let why = "\(SignalName.text(number)) to pid \(process.pid), to reopen the files of log.\(text)"
            history.add("service.signalled", instance, why)
        }
    }
}
