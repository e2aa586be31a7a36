// SPDX-License-Identifier: Apache-2.0

import HostCore

/// People who restart several services in turn, or change the configuration.
extension SimulatedHost {
    func restartInTurn() {
        let share = scenario.random.unit()
        let some = services.filter { $0.isConfigured && scenario.chance(share) }
        trace.note("a person restarts \(some.map(\.name.text)) in turn", at: now)
        feed(.restart(Set(some.map(\.name)), .person))
    }

    /// Some services change, some go, some come; hostd is told.
    func reload() {
        for service in services where scenario.chance(0.3) {
            if scenario.chance(0.3) {
                service.isConfigured.toggle()
            } else {
                service.specification = scenario.edited(service.specification)
            }
        }
        let wanted = services.filter(\.isConfigured)
        trace.note("a person configures \(wanted.map(\.name.text))", at: now)
        let news = services.filter {
            $0.isConfigured && (view($0) == nil || machine?.leaving.contains($0.name) == true)
        }
        for service in news where view(service) == nil { service.isForgotten = true }
        checker.configured(services, news)
        feed(.configure(wanted.map { configuration(of: $0) }, seed: scenario.random.next()))
        for service in news { startConfigured(service) }
    }

    /// What the configuration says of a service: `after` names only services that are there.
    func configuration(of service: SimulatedService) -> ServiceSpecification {
        var specification = service.specification
        specification.after.removeAll { self.service($0)?.isConfigured == false }
        return specification
    }

    /// A service that is new to hostd starts unless it is remembered that it must not, and once no stray of it is left.
    private func startConfigured(_ service: SimulatedService) {
        guard machine != nil, view(service) != nil else { return }
        if service.isForgotten {
            let mark = service.pendingMark.map(\.mark) ?? service.committedMark
            machine?.skipLaunches(of: service.name, through: service.instances.last?.id.launch ?? 0)
            machine?.recall(service.name, mark: mark, restarts: 0, reason: "remembered")
            checker.recalled(mark, service)
            service.isForgotten = false
        }
        guard service.specification.autostart else { return }
        if service.instances.contains(where: { !$0.isOver && $0.isStray }) {
            service.isStartBlocked = true
        } else {
            feed(service, .start(by: .host))
        }
    }

    /// What lives of a service that is not configured is ended when hostd finds it.
    func endStrays(of service: SimulatedService) {
        for instance in service.instances where !instance.isOver {
            instance.isStray = true
            queue.plan(.strayEnds(instance, life: life), at: now + scenario.duration(0.01...30))
        }
    }

    func strayEnds(_ instance: SimulatedInstance) {
        trace.note("\(instance.id), a stray, is over", at: now)
        vanish(instance)
        let service = services[instance.service]
        guard service.isStartBlocked, service.instances.allSatisfy({ $0.isOver || !$0.isStray }) else { return }
        service.isStartBlocked = false
        if service.isConfigured { feed(service, .start(by: .host)) }
    }

    /// It is no longer configured, and nothing of it runs.
    func removed(_ name: ServiceName) {
        guard let service = service(name) else { return }
        trace.note("\(name) is removed", at: now)
        service.snapshot = nil
        staleSnapshots?[service.index] = nil
        service.timer = nil
        service.isUp = false
        checker.removed(service)
    }
}
