// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostStore

/// Coming up: from snapshots and folders where there are some, else from what the store remembers.
extension Supervisor {
    /// Without a word from the store for so long the services start anyway.
    private static let storePatience: Duration = .seconds(5)
    private static let trimDelay: Duration = .seconds(5)

    /// Makes the machines as their snapshots say, or at rest.
    func restoreMachines(_ specifications: [ServiceSpecification]) {
        let folders = (try? InstanceFolder.all(under: self.folders.run, jobs: self.folders.jobs)) ?? []
        let newest = Dictionary(folders.map { ($0.instance.service, $0.instance.launch) }) { max($0, $1) }
        var generator = SystemRandomNumberGenerator()
        var services: [ServiceMachine] = []
        for specification in specifications {
            let restored = snapshots.read(specification.name).flatMap {
                ServiceMachine(specification, from: $0, seed: generator.next(), at: loop.now)
            }
            if restored == nil { unremembered.insert(specification.name) }
            var service =
                restored
                ?? ServiceMachine(specification, reason: "not started yet", seed: generator.next(), at: loop.now)
            service.skipLaunches(through: newest[specification.name] ?? 0)
            services.append(service)
        }
        machine = HostMachine(services)
        resolveIdentities(specifications)
    }

    /// Looks names up before the loop runs; what is not found is looked up again at each launch.
    private func resolveIdentities(_ specifications: [ServiceSpecification]) {
        for specification in specifications {
            identities[specification.name] = try? ChildIdentity.resolve(specification.launch)
        }
    }

    /// Finds what earlier lives of hostd left running, and starts what should run.
    func begin() throws(SystemError) {
        chooseLauncher(isFirst: true)
        let found = try launcher.findInstances()
        // As the snapshots say, before anything that is found here leads to a new launch.
        let restored = machine.services.compactMapValues(\.state.instance)
        for (instance, _) in found { traces[instance] = trace(of: instance) }
        let news = Dictionary(found.map { ($0.instance, $0.news) }) { first, _ in first }
        recoverSockets()
        for (instance, words) in found { sort(instance, words) }
        for name in machine.services.keys.sorted() where !unremembered.contains(name) {
            resume(name, restored[name], news)
        }
        units?.begin()
        // What the start took is no absence.
        sleep = SleepMachine(PowerLink.clocks)
        logger.begin()
        crashes.begin()
        disks.configure(configuration.disk)
        alerts.begin()
        policySource.configure(configuration.models)
        policy.begin(path: policyPath)
        recallFromStore()
        recallJobs()
        trimMemorySoon()
    }

    /// Gives back what only the start needed, or the loading of libcurl.
    func trimMemorySoon() {
        trimTimer = try? loop.timer { MemoryTrim.run() }
        trimTimer?.arm(at: loop.now + Self.trimDelay)
    }

    private func trace(of instance: InstanceID) -> InstanceTrace {
        let folder = launcher.folder(of: instance)
        var log = LogSpecification()
        log.streams = Files.exists(folder.pipe("err").fifo) ? .separate : .merged
        let trace = InstanceTrace(instance, log)
        trace.models = folder.models() ?? LaunchModels.none
        return trace
    }

    /// Decides what a folder is: the current launch of a service, one that only the folder knows of, an old one whose
    /// output is still to be saved, or a stray.
    private func sort(_ instance: InstanceID, _ news: [KeeperNews]) {
        if JobDesk.job(of: instance) != nil {
            jobs.found[instance] = news
            return wantPipes(of: instance)
        }
        let name = instance.service
        let service = machine.services[name]
        if service?.state.instance == instance { return wantPipes(of: instance) }
        wantPipes(of: instance)
        if news.contains(where: \.isOver) || !isOfThisEpoch(instance) { return forget(instance) }
        guard let service, unremembered.contains(name), instance.launch >= service.launches else {
            return endStray(instance, news)
        }
        unremembered.remove(name)
        let folder = launcher.folder(of: instance)
        carryOut(
            machine.adopt(instance, hook: folder.hook(), launchedWith: folder.launchedWith(), at: loop.now),
            of: [name])
        for item in news { heard(instance, item) }
    }

    func isOfThisEpoch(_ instance: InstanceID) -> Bool {
        let folder = launcher.folder(of: instance)
        guard let record = folder.record("start") ?? folder.record("exit") else { return folder.isLocked() }
        return record["epoch"] == snapshots.epoch
    }

    private func resume(_ name: ServiceName, _ instance: InstanceID?, _ news: [InstanceID: [KeeperNews]]) {
        carryOut(machine.resume(name, at: loop.now), of: [name])
        if let instance {
            for item in news[instance] ?? [.neverRan] { heard(instance, item) }
        }
        feed(name, .wake)
    }

    /// Asks the store for stop marks and counts, then starts what has no snapshot.
    func recallFromStore() {
        guard !unremembered.isEmpty else { return }
        let timer = try? loop.timer { [weak self] in self?.startUnremembered() }
        timer?.arm(at: loop.now + Self.storePatience)
        store.services { [weak self] stored in
            timer?.disarm()
            self?.recall(stored ?? [])
            self?.startUnremembered()
        }
    }

    private func recall(_ stored: [StoredService]) {
        for word in stored {
            guard let name = ServiceName(word.name), let service = machine.services[name] else { continue }
            let mark = word.mark.flatMap { ServiceMark(rawValue: $0) }
            if unremembered.contains(name) {
                machine.recall(name, mark: mark, restarts: word.restarts, reason: word.reason)
            } else if mark == .stopped, service.mark == nil, cameLate.contains(name) {
                // The store was too slow to keep it from starting.
                feed(.stop([name], by: .person))
            }
        }
    }

    private func startUnremembered() {
        cameLate = unremembered
        unremembered = []
        for name in cameLate.sorted() {
            guard let service = machine.services[name] else { continue }
            if service.specification.autostart, service.mark == nil { start(name) } else { remember(name) }
        }
    }

    /// Starts a service by hostd's own word, once no stray of it is left.
    private func start(_ name: ServiceName) {
        guard !traces.contains(where: { $0.key.service == name && $0.value.isStray }) else {
            blockedStarts.insert(name)
            return
        }
        feed(name, .start(by: .host))
    }

    // MARK: - Strays

    func endStray(_ instance: InstanceID, _ news: [KeeperNews]) {
        guard let trace = traces[instance] else { return }
        trace.isStray = true
        history.add("host.stray", instance, "\(instance) belongs to no service that hostd knows; ending it")
        if news.contains(.keeperLost) { return sweepStray(instance) }
        let stop = machine.services[instance.service]?.specification.stop ?? StopSpecification()
        launcher.endTree(instance, grace: stop.grace)
    }

    /// The keeper of a stray is gone, its tree perhaps not.
    func sweepStray(_ instance: InstanceID) {
        guard let token = launcher.token(of: instance) else { return isOver(stray: instance) }
        let cgroup = launcher.cgroup(of: instance)?.path
        files.submit(deadline: .seconds(60)) {
            OrphanSweep.run(token: token, cgroup: cgroup)
        } then: { [weak self] (_: WorkOutcome<Int>) in
            self?.isOver(stray: instance)
        }
    }

    /// Nothing of a stray is left.
    func isOver(stray instance: InstanceID) {
        guard let trace = traces[instance], trace.isStray else { return }
        trace.isStray = false
        forget(instance)
        let name = instance.service
        if blockedStarts.contains(name), !traces.contains(where: { $0.key.service == name && $0.value.isStray }) {
            blockedStarts.remove(name)
            feed(name, .start(by: .host))
        }
    }
}

nonisolated extension KeeperNews {
    /// Nothing of the launch is left.
    var isOver: Bool {
        switch self {
        case .exited(_, treeEmpty: true), .neverRan: true
        case .exited, .started, .notified, .keeperLost: false
        }
    }
}
