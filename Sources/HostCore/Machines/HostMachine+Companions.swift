// SPDX-License-Identifier: Apache-2.0

/// `restart_with`: a service is replaced once a service that it goes with has a new instance that is ready.
///
/// Nothing is remembered of events: each launch notes which instances of the others were there, and whoever is ready
/// with another one has followers to restart. So it does not matter when hostd was killed.
extension HostMachine {
    /// Who is restarted with whom, as the configuration says now.
    mutating func readCompanions() {
        followers = [:]
        for (name, service) in services.sorted(by: { $0.key < $1.key }) {
            for other in service.specification.restartWith where other != name && services[other] != nil {
                followers[other, default: []].append(name)
            }
        }
    }

    /// Takes note of what a change of `name`, at `index` of the services, means for companions.
    mutating func noteCompanions(
        of name: ServiceName, _ effects: ArraySlice<Effect>, at index: Dictionary<ServiceName, ServiceMachine>.Index
    ) {
        guard !followers.isEmpty else { return }
        let service = services.values[index]
        if !service.specification.restartWith.isEmpty, effects.contains(where: \.isMainLaunch) {
            var seen: [ServiceName: UInt64] = [:]
            for other in service.specification.restartWith { seen[other] = services[other]?.mainLaunch }
            services.values[index].companions = seen
        }
        if service.phase == .ready, followers[name] != nil { readyCompanions.insert(name) }
    }

    /// The next service that has to follow one that is ready, and that one.
    mutating func takeCompanion(_ effects: inout [Effect]) -> (ServiceName, ServiceName)? {
        while let companion = readyCompanions.min() {
            if let service = services[companion], service.phase == .ready, let launch = service.mainLaunch {
                for name in followers[companion] ?? [] where mustFollow(name, companion, launch, &effects) {
                    return (name, companion)
                }
            }
            readyCompanions.remove(companion)
        }
        return nil
    }

    private mutating func mustFollow(
        _ name: ServiceName, _ companion: ServiceName, _ launch: UInt64, _ effects: inout [Effect]
    ) -> Bool {
        guard let service = services[name], !service.awaitsResume, !isShuttingDown else { return false }
        switch service.state {
        case .launching, .up: break
        case .stopped, .held, .waiting, .hooking, .pausing, .ending: return false
        }
        guard service.roll == .none || service.roll == .done, service.queuedStop == nil else { return false }
        guard let seen = service.companions[companion] else {
            // The first one that it sees: it has not been replaced.
            services[name]?.companions[companion] = launch
            effects.append(.changed(name))
            return false
        }
        return seen != launch
    }
}

extension ServiceMachine {
    /// The number of the instance of the program that runs, or is about to.
    var mainLaunch: UInt64? {
        switch state {
        case .launching(let instance, _): instance.launch
        case .up(let life): life.instance.launch
        case .stopped, .held, .waiting, .hooking, .pausing, .ending: nil
        }
    }
}

extension HostMachine.Effect {
    fileprivate var isMainLaunch: Bool {
        if case .service(_, .launch) = self { true } else { false }
    }
}
