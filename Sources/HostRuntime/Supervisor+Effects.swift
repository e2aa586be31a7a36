// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostStore

/// What each effect of a service machine means on this host.
extension Supervisor {
    private static let sweepDeadline: Duration = .seconds(60)
    private static let prepareDeadline: Duration = .seconds(15)
    private static let launchesAtOnce = 4

    func carryOut(_ effect: ServiceEffect, of name: ServiceName) {
        switch effect {
        case .checkPorts(let ports): checkPorts(ports, of: name)
        case .runStop(let instance): runStop(instance)
        case .launch(let instance): launchInTurn(instance, nil)
        case .launchHook(let instance, let hook): launchInTurn(instance, hook)
        case .signal(let instance, let number, let target):
            launcher.signal(instance, number, to: target)
            feed(name, .signalled(instance))
        case .endTree(let instance, let grace): launcher.endTree(instance, grace: grace)
        case .sweep(let instance): sweep(instance)
        case .ask(let instance, let kind, let number): ask(instance, kind, number)
        case .readNotify(let instance): readNotify(instance)
        case .findLastLine(let instance): findLastLine(instance)
        case .keepCrash(let instance, let report, let why): keepCrash(instance, report, why: why)
        case .forget(let instance): forget(instance)
        case .mark: storeService(name)
        case .report(let report): tell(report, of: name)
        }
    }

    private func checkPorts(_ ports: [UInt16], of name: ServiceName) {
        let listen = machine.services[name]?.specification.launch.listen ?? []
        let others = ports.filter { port in !listen.contains { $0.port == port } }
        guard let port = Ports.firstTaken(others) ?? holdSockets(listen, for: name) else {
            return feed(name, .portsChecked(nil))
        }
        files.submit(deadline: .seconds(5)) {
            Ports.holder(of: port)
        } then: { [weak self] (outcome: WorkOutcome<String>) in
            let holder = if case .done(let text) = outcome { text } else { "a process that was not found in time" }
            self?.feed(name, .portsChecked(PortHolder(port: port, holder: holder)))
        }
    }

    /// Launches at once, unless several have been made in this turn of the loop already: a host that starts a thousand
    /// services hears keepers and answers people meanwhile.
    private func launchInTurn(_ instance: InstanceID, _ hook: Hook?) {
        // While it is not known whether hostd is to end nothing begins: the manager would start no unit before the end.
        guard launchesInTurn < Self.launchesAtOnce, !isAskingManager else {
            return waitingLaunches.append((instance, hook))
        }
        if launchesInTurn == 0 { loop.later { [weak self] in self?.launchWaiting() } }
        launchesInTurn += 1
        launch(instance, hook)
    }

    func launchWaiting() {
        guard !isAskingManager, !isLeaving else { return }
        launchesInTurn = 0
        let next = waitingLaunches.prefix(Self.launchesAtOnce)
        waitingLaunches.removeFirst(next.count)
        for (instance, hook) in next { launchInTurn(instance, hook) }
    }

    private func launch(_ instance: InstanceID, _ hook: Hook?) {
        guard let running = machine.services[instance.service], running.state.instance == instance else { return }
        guard let service = hook.map({ specification(of: $0, in: running) }) ?? running.specification else {
            return feed(
                instance.service, .launchFailed(instance, "the configuration has no \(hook?.description ?? "")"))
        }
        guard service.launch.node == .any else { return launchOnNode(instance, hook) }
        prepare(instance, hook, node: nil)
    }

    /// Looks up what a launch needs, and launches; `node` is what it runs on.
    func prepare(_ instance: InstanceID, _ hook: Hook?, node: NodePinned?) {
        guard let running = machine.services[instance.service], running.state.instance == instance,
            var service = hook.map({ specification(of: $0, in: running) }) ?? running.specification
        else { return }
        let models: LaunchModels
        switch self.models(for: service.launch) {
        case .success(let found): models = found
        case .failure(let lack): return feed(instance.service, .launchRefused(instance, lack.description))
        }
        service.launch = filled(service.launch, models)
        let known = identities[instance.service]
        if let known, PreparedLaunch.isQuick(service.launch) {
            return launch(
                instance, hook, service, models,
                Result { () throws(LaunchError) in
                    try PreparedLaunch(instance, service.launch, known: known, node: node)
                })
        }
        files.submit(deadline: Self.prepareDeadline) { [service] () -> Result<PreparedLaunch, LaunchError> in
            Result { () throws(LaunchError) in
                try PreparedLaunch(instance, service.launch, known: known, node: node)
            }
        } then: { [weak self, service] (outcome: WorkOutcome<Result<PreparedLaunch, LaunchError>>) in
            guard case .done(let prepared) = outcome else {
                let late = LaunchError("looking up its user and env_file took more than \(Self.prepareDeadline.text)")
                self?.launch(instance, hook, service, models, .failure(late))
                return
            }
            self?.launch(instance, hook, service, models, prepared)
        }
    }

    private func launch(
        _ instance: InstanceID, _ hook: Hook?, _ specification: ServiceSpecification, _ models: LaunchModels,
        _ prepared: Result<PreparedLaunch, LaunchError>
    ) {
        let name = instance.service
        guard let service = machine.services[name], service.state.instance == instance else { return }
        // Stopped while it was being prepared: then it never runs.
        guard service.state.awaitsLaunch else { return feed(name, .neverRan(instance)) }
        do throws(LaunchError) {
            let prepared = try prepared.get()
            identities[name] = prepared.identity
            let size = pipeSizeBytes()
            let held = try hook == nil ? socketsForLaunch(of: specification) : []
            try launcher.launch(instance, specification, prepared, hook: hook, pipeSizeBytes: size, sockets: held)
            limits.launched(instance, with: specification.limits)
            let trace = InstanceTrace(instance, service.specification.log)
            trace.environment = prepared.environment
            traces[instance] = trace
            if hook == nil { launched(instance, with: models) }
        } catch {
            let why = error.description
            feed(name, error.isLasting ? .launchRefused(instance, why) : .launchFailed(instance, why))
        }
    }

    private func sweep(_ instance: InstanceID) {
        launcher.killKeeper(instance)
        guard let token = launcher.token(of: instance) else {
            return feed(instance.service, .swept(instance, killed: 0))
        }
        let cgroup = launcher.cgroup(of: instance)?.path
        files.submit(deadline: Self.sweepDeadline) {
            OrphanSweep.run(token: token, cgroup: cgroup)
        } then: { [weak self] (outcome: WorkOutcome<Int>) in
            // Without an answer the machine orders the next sweep.
            guard case .done(let killed) = outcome else { return }
            self?.feed(instance.service, .swept(instance, killed: killed))
        }
    }

    private func ask(_ instance: InstanceID, _ kind: ProbeKind, _ number: UInt64) {
        guard let service = machine.services[instance.service], let probe = service.probeAsked(kind) else { return }
        let context = ProbeContext(
            instance: instance, launch: filled(service.specification.launch, beside: instance),
            identity: identities[instance.service],
            log: logContext(instance, kind, probe), node: nodePin(of: instance.service))
        prober.ask(probe, context) { [weak self] answer in
            guard let self else { return }
            self.traces[instance]?.note(kind, answer, at: self.loop.now)
            self.feed(instance.service, .probed(instance, kind, number: number, answer))
        }
    }

    private func logContext(_ instance: InstanceID, _ kind: ProbeKind, _ probe: ProbeSpecification) -> LogContext {
        var since = Clock.wallMicroseconds
        if case .up(let life) = machine.services[instance.service]?.state {
            since -= (loop.now - life.startedAt).nanoseconds / 1000
        }
        // What a live probe missed while hostd was away is nothing that it could still find out.
        if kind == .live { since = max(since, Clock.wallMicroseconds - probe.interval.nanoseconds / 1000) }
        let folders = traces[instance]?.streams.map { "\(self.folders.log)/\($0.log)" } ?? []
        return LogContext(instance: instance, kind: kind, folders: folders, since: since)
    }

    private func readNotify(_ instance: InstanceID) {
        switch launcher.notify(of: instance) {
        case .success(let record): feed(instance.service, .notified(instance, record))
        case .failure(let why): feed(instance.service, .notifyUnread(instance, why.description))
        }
    }

    /// Remembers over reboots what must be.
    func storeService(_ name: ServiceName) {
        guard let service = machine.services[name] else { return }
        store.set(
            StoredService(
                name: name.text, mark: service.mark?.rawValue, reason: service.reason, restarts: service.restarts))
    }

    private func tell(_ report: ServiceReport, of name: ServiceName) {
        history.add(report, of: name)
        if [.starting, .held, .reset].contains(report.kind) { storeService(name) }
    }
}
