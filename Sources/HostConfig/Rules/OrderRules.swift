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
    private let names: [ServiceName]

    /// The rules of the key `key`; `wanted` says for each service whom it names there.
    init(key: String, verb: String, _ preposition: String, _ wanted: [ServiceName: [ServiceName]]) {
        self.key = key
        self.verb = verb
        self.preposition = preposition
        self.wanted = wanted
        names = wanted.keys.sorted()
    }

    func check(isComplete: Bool, _ checking: inout Checking) {
        if isComplete { checkNames(&checking) }
        checkCycles(&checking)
    }

    private func checkNames(_ checking: inout Checking) {
        for name in names {
            for (index, other) in (wanted[name] ?? []).enumerated() where wanted[other] == nil {
                let others = names.filter { $0 != name }.map(\.text)
                let right = Suggestion.nearest(to: other.text, among: others).map { " (did you mean \"\($0)\"?)" }
                checking.report(
                    path: "service.\(name).\(key)", item: index,
                    "there is no service \"\(other)\"" + (right ?? " (name one of the other services)"))
            }
        }
    }

    /// Takes away what waits for nothing until only cycles, and what waits for them, are left.
    private func checkCycles(_ checking: inout Checking) {
        var waits = wanted.mapValues { names in Set(names.filter { wanted[$0] != nil }) }
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
            let index = wanted[first]?.firstIndex(of: next)
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
