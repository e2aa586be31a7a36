// SPDX-License-Identifier: Apache-2.0

extension ModelPolicyMachine {
    /// The targets that do not have the generation in force, sorted by name.
    public var behind: [String] {
        guard let inForce else { return [] }
        return targets.filter { $0.value.applied != inForce.number && !$0.value.isGone }.keys.sorted()
    }

    mutating func hasApplied(_ name: String, _ number: Int64) {
        guard targets[name]?.underWay == number else { return }
        end(name)
        guard targets[name] != nil else { return }
        targets[name]?.applied = number
        targets[name]?.failures = 0
        targets[name]?.due = nil
        targets[name]?.reason = nil
        effects.append(.note(name, number))
        if let inForce, number == inForce.number, behind.isEmpty { effects.append(.reachedAll(number)) }
    }

    mutating func applyFailed(_ name: String, _ number: Int64, _ reason: String, at now: Instant) {
        guard targets[name]?.underWay == number else { return }
        end(name)
        guard var target = targets[name] else { return }
        // A try that failed half-way may have left anything there.
        target.applied = nil
        if number == inForce?.number {
            target.failures += 1
            target.reason = reason
            let pause = Self.pause(after: target.failures)
            target.due = now + pause
            effects.append(.troubled(name, reason, again: pause))
        }
        targets[name] = target
    }

    /// Brings the generation in force to each target that lacks it, one at a time to each; the file of the models goes
    /// first, since others read it.
    mutating func advanceTargets(at now: Instant) {
        guard let inForce else { return }
        let names = targets.keys.sorted { ($0 != PolicyTargets.file, $0) < ($1 != PolicyTargets.file, $1) }
        for name in names {
            guard let target = targets[name], target.applied != inForce.number, target.underWay == nil,
                target.due.map({ $0 <= now }) ?? true
            else { continue }
            let mayGo = name == PolicyTargets.file || targets[PolicyTargets.file]?.applied == inForce.number
            guard mayGo else { continue }
            targets[name]?.underWay = inForce.number
            effects.append(.apply(name, inForce))
        }
    }

    private mutating func end(_ name: String) {
        targets[name]?.underWay = nil
        if targets[name]?.isGone == true { targets[name] = nil }
    }
}

/// False comes first.
private func < (left: (Bool, String), right: (Bool, String)) -> Bool {
    left.0 == right.0 ? left.1 < right.1 : right.0
}
