// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What people do and what goes wrong.
extension SimulatedHost {
    func personActs() {
        guard !isCalm else { return }
        queue.plan(.personActs, at: now + scenario.duration(1...200))
        guard machine != nil, let name = specifications.keys.sorted().randomElement(using: &scenario.random) else {
            return
        }
        let choice = scenario.random.unit()
        switch choice {
        case ..<0.4:
            note("a person starts \(name)")
            checker.personStarts(name)
            feed(.service(name, .start(by: .person)))
        case ..<0.6:
            note("a person restarts \(name)")
            checker.personStarts(name)
            feed(.service(name, .restart))
        case ..<0.8:
            note("a person stops \(name)")
            checker.personStops(name, at: now)
            feed(.stop([name], by: .person))
        default: break
        }
    }

    func faultStrikes() {
        guard !isCalm else { return }
        queue.plan(.faultStrikes, at: now + scenario.duration(0.5...60))
        let choice = scenario.random.unit()
        switch choice {
        case ..<0.35: if machine != nil { effectsToLive = Int.random(in: 0...6, using: &scenario.random) }
        case ..<0.45: if machine != nil { hostdIsKilled() }
        case ..<0.60: if let instance = anyInstance() { killKeeper(instance) }
        case ..<0.75: if let instance = anyInstance() { mainEnds(instance, .signal(9)) }
        case ..<0.85:
            if let name = specifications.keys.sorted().randomElement(using: &scenario.random) {
                portTaken.insert(name)
                queue.plan(.portFreed(name), at: now + scenario.duration(1...60))
            }
        case ..<0.93:
            now = now + scenario.duration(1...4000)
            note("the clock jumped")
        default: reboot()
        }
    }

    private func anyInstance() -> InstanceID? {
        let living = instances.values.filter { $0.keeperLives && $0.process != nil }
        return living.map(\.instance).min { left, right in
            // The order of a dictionary is not reproducible; draw from a sorted list.
            left.description < right.description
        }.flatMap { _ in
            living.map(\.instance).sorted { $0.description < $1.description }.randomElement(using: &scenario.random)
        }
    }

    /// Another epoch: no process survives, the runtime folder is empty, the store is what is left.
    private func reboot() {
        note("the host is rebooted")
        summary.reboots += 1
        instances.removeAll()
        snapshots.removeAll()
        checker.rebooted(marks: marks)
        if machine != nil {
            machine = nil
            life += 1
            effectsToLive = nil
            inbox.removeAll()
            queue.plan(.hostdReturns, at: now + .seconds(20))
        }
    }
}
