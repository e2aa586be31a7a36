// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A service with its instances; none when something is wrong with it.
struct Family {
    let name: ServiceName
    let instances: [ServiceDraft]

    /// How it is meant when somebody names it: as all of its instances.
    var names: [ServiceName] { instances.map(\.specification.name) }
}

/// Makes the names in `after` and `restart_with` those of instances: the plain name of a service means all of them.
struct InstanceNames {
    private let families: [Family]
    private let instances: [ServiceName: [ServiceName]]

    init(_ families: [Family]) {
        self.families = families
        instances = Dictionary(families.map { ($0.name, $0.names) }) { first, _ in first }
    }

    /// All instances of all services.
    func spelledOut() -> [ServiceDraft] {
        families.flatMap(\.instances).map { service in
            var service = service
            service.specification.after = spelledOut(service.specification.after)
            service.specification.restartWith = spelledOut(service.specification.restartWith)
            return service
        }
    }

    private func spelledOut(_ names: [ServiceName]) -> [ServiceName] {
        var result: [ServiceName] = []
        var known: Set<ServiceName> = []
        for name in names {
            for instance in instances[name] ?? [name] where known.insert(instance).inserted { result.append(instance) }
        }
        return result
    }
}
