// SPDX-License-Identifier: Apache-2.0

/// A new configuration while the host runs: what did not change is not touched.
extension HostMachine {
    mutating func configure(
        _ specifications: [ServiceSpecification], seed: UInt64, at now: Instant, _ effects: inout [Effect]
    ) {
        guard !isShuttingDown else { return }
        let wanted = Dictionary(specifications.map { ($0.name, $0) }) { first, _ in first }
        leaving = Set(services.keys).subtracting(wanted.keys)
        var random = SplitMix64(seed: seed)
        for (name, specification) in wanted.sorted(by: { $0.key < $1.key }) where services[name] == nil {
            var service = ServiceMachine(specification, reason: "not started yet", seed: random.next(), at: now)
            service.critical = critical
            services[name] = service
        }
        // The order first: what an event means for the others is judged by the new one.
        for (name, specification) in wanted where services[name]?.specification.after != specification.after {
            services[name]?.specification.after = specification.after
        }
        order = ServiceOrder(services)
        readCompanions()
        var outdated: Set<ServiceName> = []
        for (name, specification) in wanted.sorted(by: { $0.key < $1.key }) {
            change(name, &effects) { $0.configure(specification, at: now) }
            if services[name]?.isOutdated == true { outdated.insert(name) }
        }
        for name in outdated.sorted() { change(name, &effects) { $0.handle(.queueRestart(.configuration), at: now) } }
        stop(leaving.sorted(), by: .configuration, at: now, &effects)
        settle(at: now, &effects)
    }

    /// Launch numbers of `name` up to `launch` are taken by folders that still exist.
    public mutating func skipLaunches(of name: ServiceName, through launch: UInt64) {
        services[name]?.skipLaunches(through: launch)
    }

    /// Forgets what is no longer configured once nothing of it runs.
    mutating func dropThoseThatLeft(_ effects: inout [Effect]) {
        let gone = leaving.filter { services[$0]?.state.isDown ?? true }
        guard !gone.isEmpty else { return }
        for name in gone.sorted() {
            services[name] = nil
            leaving.remove(name)
            effects.append(.removed(name))
        }
        order = ServiceOrder(services)
        readCompanions()
    }
}
