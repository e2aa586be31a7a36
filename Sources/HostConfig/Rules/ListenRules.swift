// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold of `listen` between all services: whoever connects to an address must not meet two programs.
struct ListenRules {
    private let families: [Family]

    init(_ families: [Family]) {
        self.families = families
    }

    func check(_ checking: inout Checking) {
        var owners: [HeldAddress: ServiceName] = [:]
        for family in families {
            for service in family.instances.map(\.specification) {
                for (index, address) in service.launch.listen.enumerated() {
                    let owner = owners[address, default: family.name]
                    owners[address] = owner
                    guard owner != family.name else { continue }
                    return checking.report(
                        path: "service.\(family.name).\(ListenKey.name)", item: index,
                        "\(quoted(address.text)) is where hostd listens for \(owner) too (choose another)")
                }
            }
        }
    }
}
