// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold of `after` between all services: the names exist and nobody waits for itself.
struct AfterRules {
    private let services: [ServiceName: ServiceSpecification]
    private let names: [ServiceName]

    init(_ services: [ServiceSpecification]) {
        self.services = Dictionary(services.map { ($0.name, $0) }) { first, _ in first }
        names = services.map(\.name).sorted()
    }

    func check(isComplete: Bool, _ checking: inout Checking) {
        if isComplete { checkNames(&checking) }
        checkCycles(&checking)
    }

    private func checkNames(_ checking: inout Checking) {
        for name in names {
            for (index, wanted) in (services[name]?.after ?? []).enumerated() where services[wanted] == nil {
                let others = names.filter { $0 != name }.map(\.text)
                let right = Suggestion.nearest(to: wanted.text, among: others).map { " (did you mean \"\($0)\"?)" }
                checking.report(
                    path: "service.\(name).after", item: index,
                    "there is no service \"\(wanted)\"" + (right ?? " (name one of the other services)"))
            }
        }
    }

    /// Takes away what waits for nothing until only cycles, and what waits for them, are left.
    private func checkCycles(_ checking: inout Checking) {
        var waits = services.mapValues { Set($0.after.filter { services[$0] != nil }) }
        var waiters: [ServiceName: [ServiceName]] = [:]
        for (name, wanted) in waits {
            for other in wanted { waiters[other, default: []].append(name) }
        }
        var free = waits.filter { $0.value.isEmpty }.map(\.key)
        while true {
            while let name = free.popLast() {
                waits[name] = nil
                for waiter in waiters[name] ?? [] where waits[waiter]?.remove(name) != nil {
                    if waits[waiter]?.isEmpty ?? false { free.append(waiter) }
                }
            }
            guard let cycle = cycle(in: waits), let first = cycle.first, let next = cycle.dropFirst().first else {
                return
            }
            let index = services[first]?.after.firstIndex(of: next)
            let text = cycle.map(\.text).joined(separator: " → ")
            checking.report(
                path: "service.\(first).after", item: index,
                first == next
                    ? "\"\(first)\" waits for itself (leave it out)" : "\(text) is a cycle (one of them must not wait)")
            // As if the first did not wait for the next, so that other cycles are found too.
            waits[first]?.remove(next)
            if waits[first]?.isEmpty ?? false { free.append(first) }
        }
    }

    /// One cycle, from its first name in the alphabet back to it. All that is left waits for something that is left.
    private func cycle(in waits: [ServiceName: Set<ServiceName>]) -> [ServiceName]? {
        guard var name = waits.keys.min() else { return nil }
        var walk: [ServiceName] = []
        var positions: [ServiceName: Int] = [:]
        while positions[name] == nil {
            positions[name] = walk.count
            walk.append(name)
            guard let next = waits[name]?.min() else { return nil }
            name = next
        }
        let round = Array(walk[(positions[name] ?? 0)...])
        guard let first = round.min(), let start = round.firstIndex(of: first) else { return nil }
        return Array(round[start...] + round[..<start]) + [first]
    }
}
