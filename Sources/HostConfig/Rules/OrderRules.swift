// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold of `after` or `restart_with` between all services: the names exist and there is no cycle.
struct OrderRules {
    private let key: String
    /// What a service does by it: "wait" "for".
    private let verb: String
    private let preposition: String
    /// What each service names.
    private let wanted: [ServiceName: [ServiceName]]
    private let families: [ServiceName: Family]
    private let names: [ServiceName]

    /// The rules of the key `key`, whose value is at `path`.
    init(
        key: String, verb: String, _ preposition: String, _ families: [Family],
        _ path: KeyPath<ServiceSpecification, [ServiceName]>
    ) {
        self.key = key
        self.verb = verb
        self.preposition = preposition
        self.families = Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
        // All instances of a service name the same.
        wanted = self.families.mapValues { $0.instances.first?.specification[keyPath: path] ?? [] }
        names = self.families.keys.sorted()
    }

    func check(isComplete: Bool, _ checking: inout Checking) {
        if isComplete { checkNames(&checking) }
        checkCycles(&checking)
    }

    private func checkNames(_ checking: inout Checking) {
        for name in names {
            for (index, other) in (wanted[name] ?? []).enumerated() {
                guard let complaint = complaint(about: other, of: name) else { continue }
                checking.report(path: "service.\(name).\(key)", item: index, complaint)
            }
        }
    }

    private func complaint(about other: ServiceName, of name: ServiceName) -> String? {
        guard let family = families[other.family] else {
            let others = names.filter { $0 != name }.map(\.text)
            let right = Suggestion.nearest(to: other.text, among: others).map { "did you mean \"\($0)\"?" }
            return "there is no service \"\(other)\" (\(right ?? "name one of the other services"))"
        }
        guard other.instanceNumber != nil, let first = family.names.first, !family.names.contains(other) else {
            return nil
        }
        guard let last = family.names.last, first != last else {
            return "there is no \"\(other)\": \(family.name) has one instance (write \"\(family.name)\")"
        }
        return "there is no \"\(other)\" (\(family.name) has \(first) to \(last))"
    }

    /// Takes away what waits for nothing until only cycles, and what waits for them, are left.
    private func checkCycles(_ checking: inout Checking) {
        var waits = wanted.keys.reduce(into: [ServiceName: Set<ServiceName>]()) { waits, name in
            let real = (wanted[name] ?? []).filter { complaint(about: $0, of: name) == nil }
            waits[name] = Set(real.map(\.family))
        }
        var waiters: [ServiceName: [ServiceName]] = [:]
        for (name, others) in waits {
            for other in others { waiters[other, default: []].append(name) }
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
            let index = wanted[first]?.firstIndex { $0.family == next }
            let text = cycle.map(\.text).joined(separator: " → ")
            checking.report(
                path: "service.\(first).\(key)", item: index,
                first == next
                    ? "\"\(first)\" \(verb)s \(preposition) itself (leave it out)"
                    : "\(text) is a cycle (one of them must not \(verb))")
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
