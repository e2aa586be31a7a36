// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The manager's side, and what happens to it.
extension UnitWorld {
    func managerTakes(_ event: Event) {
        guard !isHung else { return held.append(event) }
        switch event {
        case .arrives(let instance, let number): arrives(instance, number)
        case .starts(let unit, let serial): starts(unit, serial)
        case .reads(let unit, let serial): reads(unit, serial)
        case .recorded(let instance, let unit, let serial):
            guard units[unit]?.serial == serial else { return }
            launches[instance]?.hasRecord = true
            // A ring that is lost is made good by a look.
            later(.heard(instance), scenario.chance(0.9) ? 0.0001...0.001 : 0.2...1)
            later(.ends(instance, unit: unit, serial: serial), scenario.chance(0.3) ? 0...0.002 : 0...4)
        case .ends(let instance, let unit, let serial):
            guard units[unit]?.serial == serial else { return }
            // hostd knows the end by the records, the manager lets go of the name some time after it.
            if launches[instance]?.outcome == nil { take(.heard(instance)) }
            later(.launches(instance.service), 0.00005...0.01)
            later(.collected(unit: unit, serial: serial), scenario.chance(0.9) ? 0.0005...0.005 : 0.1...1)
        case .collected(let unit, let serial): collected(unit, serial)
        default: break
        }
    }

    private func arrives(_ instance: InstanceID, _ number: Int) {
        let unit = UnitName.of(instance)
        let isLost = number != connection || !isConnected
        // What was on its way when the connection went is read, or is not.
        guard !isLost || scenario.chance(0.5) else { return }
        var refusal: UnitRefusal?
        if let other = units[unit] {
            refusal = .nameTaken
            if other.instance == nil { launches[instance]?.isExcused = true }
        } else if !isCalm, scenario.chance(0.03) {
            refusal = .denied("access denied")
            launches[instance]?.isExcused = true
        } else {
            lastSerial += 1
            units[unit] = Unit(serial: lastSerial, instance: instance)
            later(.starts(unit: unit, serial: lastSerial), 0.003...0.05)
        }
        // A bus that lives on may lose an answer, or hand it over too late.
        if !isCalm, scenario.chance(0.03) { refusal = .linkLost }
        queue.plan(.answers(instance, refusal, connection: number), at: now + .microseconds(100))
    }

    private func starts(_ unit: String, _ serial: Int) {
        guard let found = units[unit], found.serial == serial, let instance = found.instance else { return }
        guard launches[instance]?.failsToStart == false else {
            tell(.unitFailed(unit: unit, why: "203"))
            tell(.jobFailed(unit: unit, why: "failed"))
            return later(.collected(unit: unit, serial: serial), 0.0001...0.001)
        }
        tell(.jobDone(unit: unit))
        later(.reads(unit: unit, serial: serial), 0.0001...0.005)
    }

    private func reads(_ unit: String, _ serial: Int) {
        guard let found = units[unit], found.serial == serial, let instance = found.instance else { return }
        guard launches[instance]?.specification == .queued else {
            return later(.collected(unit: unit, serial: serial), 0.001...0.01)
        }
        require(launches[instance]?.outcome == nil, "\(instance) starts after its end")
        launches[instance]?.specification = .taken
        later(.recorded(instance, unit: unit, serial: serial), 0.0001...0.002)
    }

    private func collected(_ unit: String, _ serial: Int) {
        guard let found = units[unit], found.serial == serial else { return }
        units[unit] = nil
        tell(.unitGone(unit: unit))
        // Killed before it could write a record: hostd finds that the lock is free.
        guard let instance = found.instance, let launch = launches[instance], launch.outcome == nil, !launch.hasRecord,
            launch.specification == .taken, !board.pending.contains(instance)
        else { return }
        over(instance, .failed("never ran"))
    }

    private func tell(_ event: UnitBoard.Event) {
        queue.plan(.signal(event, connection: connection), at: now + .microseconds(50))
    }

    // MARK: - Faults

    func faultTakes(_ event: Event) {
        guard !isCalm else {
            if case .recovers = event { recover() }
            return
        }
        switch event {
        case .breaks:
            later(.breaks, 0.2...20)
            lose("the connection was closed")
        case .restarts:
            // daemon-reexec: away for a while, and it remembers its units.
            later(.restarts, 5...120)
            isAway = true
            lose("it restarts")
            later(.recovers, 0.1...8)
            excuseAll()
        case .hangs:
            later(.hangs, 10...200)
            isHung = true
            excuseAll()
            later(.recovers, 0.1...45)
        case .recovers: recover()
        case .strangers:
            later(.strangers, 3...60)
            guard let name = counts.keys.sorted().first else { return }
            let unit = UnitName.of(InstanceID(service: name, launch: 1))
            guard units[unit] == nil else { return }
            lastSerial += 1
            units[unit] = Unit(serial: lastSerial, instance: nil)
            for instance in board.pending where UnitName.of(instance) == unit { launches[instance]?.isExcused = true }
            if scenario.chance(0.5) { later(.collected(unit: unit, serial: lastSerial), 0...60) }
        default: break
        }
    }

    func recover() {
        isAway = false
        isHung = false
        let events = held
        held = []
        for event in events { queue.plan(event, at: now) }
    }

    private func lose(_ why: String) {
        guard isConnected else { return }
        isConnected = false
        summary.hostdKills += 1
        for instance in board.pending.sorted(by: { $0.description < $1.description }) where scenario.chance(0.5) {
            feed(.refused(instance, .linkLost))
        }
        feed(.linkLost(why))
    }

    private func excuseAll() {
        for instance in board.pending { launches[instance]?.isExcused = true }
    }
}
