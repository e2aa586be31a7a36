// SPDX-License-Identifier: Apache-2.0

import HostCore

/// hostd's side: what the launcher and its starter do.
extension UnitWorld {
    func take(_ event: Event) {
        switch event {
        case .launches(let name): launch(name)
        case .answers(let instance, let refusal, let number):
            guard number == connection, isConnected else { return }
            feed(refusal.map { .refused(instance, $0) } ?? .accepted(instance))
        case .signal(let event, let number):
            if number == connection, isConnected { feed(event) }
        case .heard(let instance): heard(instance)
        case .connects(let number): connected(number)
        case .wake:
            wakeAt = nil
            feed(.wake)
        case .cancels: cancelOne()
        case .arrives, .starts, .reads, .recorded, .ends, .collected: managerTakes(event)
        case .breaks, .restarts, .hangs, .recovers, .strangers: faultTakes(event)
        }
    }

    private func launch(_ name: ServiceName) {
        let count = (counts[name] ?? 0) + 1
        counts[name] = count
        let instance = InstanceID(service: name, launch: count)
        launches[instance] = Launch(
            began: now, failsToStart: !isCalm && scenario.chance(0.05),
            isExcused: isHung || isAway
                || units[UnitName.of(instance)]?.instance == nil && units[UnitName.of(instance)] != nil)
        summary.launches += 1
        trace.note("launch \(instance)", at: now)
        feed(.launch(instance))
    }

    func carryOut(_ effect: UnitBoard.Effect) {
        trace.note("  \(effect)", at: now)
        switch effect {
        case .ask(let instance):
            require(isConnected, "asked without a connection")
            guard launches[instance]?.hasRecord == false else { return feed(.ran(instance)) }
            later(.arrives(instance, connection: connection), 0.0001...0.002)
        case .failed(let instance, let why): failed(instance, why)
        case .takeBack(let instance):
            if launches[instance]?.specification == .queued { launches[instance]?.specification = .discarded }
        case .look(let unit): look(unit)
        case .stop(let unit), .kill(let unit):
            if let instance = units[unit]?.instance { launches[instance]?.isKilled = true }
            guard isConnected, let serial = units[unit]?.serial else { return }
            later(.collected(unit: unit, serial: serial), 0.001...0.5)
        case .connect:
            connection += 1
            later(.connects(connection), 0.0005...0.05)
        }
    }

    private func failed(_ instance: InstanceID, _ why: String) {
        guard let launch = launches[instance] else { return }
        require(launch.outcome == nil, "\(instance) failed (\(why)) after \(String(describing: launch.outcome))")
        if launch.hasRecord { return over(instance, .ran) }
        require(launch.isExcused || launch.failsToStart, "\(instance) failed for nothing: \(why)")
        over(instance, .failed(why))
    }

    /// A doorbell, or a look at the records.
    private func heard(_ instance: InstanceID) {
        guard let launch = launches[instance], launch.hasRecord else { return }
        switch launch.outcome {
        case nil:
            feed(.ran(instance))
            launches[instance]?.outcome = .ran
        case .ran: break
        case .cancelled: launches[instance]?.isKilled = true
        case .failed(let why): require(launch.isKilled, "\(instance) runs, and was told to have failed: \(why)")
        }
    }

    private func cancelOne() {
        guard !isCalm else { return }
        later(.cancels, 0.05...3)
        let pending = board.pending.sorted { $0.description < $1.description }
        guard let instance = pending.first else { return }
        feed(.cancel(instance))
        over(instance, .cancelled)
    }

    /// The launch has its end; the next one of that name may come at once.
    func over(_ instance: InstanceID, _ outcome: Outcome) {
        launches[instance]?.outcome = outcome
        if outcome != .ran { later(.launches(instance.service), 0.00005...0.2) }
    }

    private func look(_ unit: String) {
        guard isConnected, !isHung else { return }
        let instance = board.pending.first { UnitName.of($0) == unit }
        if let instance, launches[instance]?.hasRecord == true { return feed(.ran(instance)) }
        queue.plan(
            .signal(units[unit] == nil ? .unitGone(unit: unit) : .unitFound(unit: unit), connection: connection),
            at: now + .microseconds(200))
    }

    private func connected(_ number: Int) {
        guard number == connection, !isConnected else { return }
        guard !isAway else { return feed(.linkLost("nobody listens")) }
        isConnected = true
        feed(.linkUp)
    }
}
