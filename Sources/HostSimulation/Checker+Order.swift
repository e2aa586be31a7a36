// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Services start after those in `after`, and stop before them.
extension Checker {
    mutating func startsFromRest(_ service: SimulatedService, at now: Instant) {
        let isFree = unready(before: service) == nil
        records[service.index].freshSince = isFree ? nil : now
    }

    /// A service that must be ready before this one starts, and has not been.
    private func unready(before service: SimulatedService) -> SimulatedService? {
        services.first { other in
            guard service.specification.after.contains(other.name), other.isConfigured,
                records[other.index].wasReady == false
            else {
                return false
            }
            return !(other.instances.last.map { isProvenReady($0) } ?? false)
        }
    }

    /// A start from rest waits until all in `after` were ready, or for its timeout.
    mutating func checkDependencies(_ id: InstanceID, _ service: SimulatedService, at now: Instant) {
        guard let since = records[service.index].freshSince else { return }
        records[service.index].freshSince = nil
        if let timeout = service.specification.afterTimeout, now >= since + timeout { return }
        let other = unready(before: service)
        require(other == nil, "\(id) was launched before \(other?.name.text ?? "") was ready")
    }

    /// Whether an instance has said itself that it is ready, or has no way to say it.
    private func isProvenReady(_ instance: SimulatedInstance) -> Bool {
        let specification = services[instance.service].specification
        guard instance.process != nil, instance.hook == nil else { return false }
        if let ready = specification.ready {
            return ready.target.isHeard ? instance.said.ready != nil : instance.notes.wasReadyGood
        }
        guard let startup = specification.startup, !instance.notes.isPastStartup else { return true }
        return startup.target.isHeard ? instance.said.ready != nil : instance.notes.wasStartupGood
    }

    mutating func lookAtReadiness(_ view: ServiceMachine, _ service: SimulatedService) {
        let index = service.index
        guard view.wasReady != records[index].wasReady else { return }
        let wasKnown = records[index].wasReady != nil
        records[index].wasReady = view.wasReady
        // Ready once is enough, and is not checked again.
        for follower in followers[index] where view.wasReady && unready(before: services[follower]) == nil {
            records[follower].freshSince = nil
        }
        guard view.wasReady, wasKnown, let id = view.state.instance, let instance = service.instance(id) else { return }
        require(isProvenReady(instance), "\(id) was called ready and no probe said so")
    }

    /// Of those that are told to stop together, none is asked before those that come after it are gone.
    mutating func checkOrder(_ instance: SimulatedInstance, at now: Instant) {
        guard let batch = records[instance.service].stopBatch, !isUnwell(instance, at: now) else { return }
        for index in followers[instance.service] {
            guard let other = records[index].stopBatch, other <= batch else { continue }
            let living = services[index].instances.first(where: \.treeLives)
            require(living == nil, "\(instance.id) was told to end before \(living?.id.description ?? "")")
        }
    }
}
