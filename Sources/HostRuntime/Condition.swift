// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop
internal import HostStore
internal import HostWire

/// Something about the host that is not as it should be, or is again.
struct Condition {
    /// `config`, `store`, `node` or `disk` in this version.
    let kind: String
    var level: ConditionLevel
    var since: Instant
    var reason: String
    /// The facts behind it: an object.
    var evidence: JSON = .object([])
}

extension Supervisor {
    /// Sets a condition and says so when its level changes.
    func setCondition(
        _ kind: String, _ level: ConditionLevel, _ reason: String, evidence: JSON = .object([])
    ) {
        let old = conditions.first { $0.kind == kind }
        // The figures alone are news to nobody.
        guard old?.level != level || old?.reason != reason else { return setEvidence(kind, evidence) }
        conditions.removeAll { $0.kind == kind }
        let since = old.flatMap { $0.level == level ? $0.since : nil } ?? loop.now
        conditions.append(
            Condition(kind: kind, level: level, since: since, reason: reason, evidence: evidence))
        manager.changed()
        let critical = Set(conditions.filter { $0.level == .critical }.compactMap { ConditionKind(rawValue: $0.kind) })
        if critical != machine.critical {
            feed(.conditions(critical))
            feedJobs(.conditions(critical))
        }
        guard old?.level ?? .ok != level else { return }
        alerts.condition(kind, level, reason)
        let text = level == .ok ? "\(kind) is ok again" : "\(kind) is \(level.rawValue): \(reason)"
        history.add(host: "condition", text, level == .critical ? .error : .warning)
    }

    /// Says how the configuration is. What is wrong with the policy of the models is told by the same condition,
    /// and so are units of systemd that would fight over what a service is for.
    func setConfigCondition(_ level: ConditionLevel, _ reason: String) {
        configTrouble = level == .ok ? nil : (level, reason)
        showConfigCondition()
    }

    /// The configuration and the policy together.
    func showConfigCondition() {
        let ofPolicy = policy.problem.map { problem -> (ConditionLevel, String) in
            (problem.isCritical ? .critical : .warn, problem.words)
        }
        let source = policySource.problem
        let ofSource = source.isEmpty ? nil : (ConditionLevel.warn, "the policy's source: \(source)")
        let ofHost = advice.isEmpty ? nil : (ConditionLevel.warn, advice.joined(separator: "; "))
        let ofNeighbours = neighbours.trouble.map { (ConditionLevel.warn, $0) }
        let troubles = [configTrouble, ofHost, ofPolicy, ofSource, ofNeighbours].compactMap(\.self)
        let level = troubles.contains { $0.0 == .critical } ? ConditionLevel.critical : .warn
        setCondition(
            "config", troubles.isEmpty ? .ok : level, troubles.map(\.1).joined(separator: "; "))
    }

    /// Sets the facts behind a condition whose level and reason are what they were.
    func setEvidence(_ kind: String, _ evidence: JSON) {
        guard let index = conditions.firstIndex(where: { $0.kind == kind }) else { return }
        conditions[index].evidence = evidence
    }

    /// Takes back a condition that is not watched any more.
    func removeCondition(_ kind: String) {
        guard conditions.contains(where: { $0.kind == kind }) else { return }
        setCondition(kind, .ok, "")
        conditions.removeAll { $0.kind == kind }
    }

    func storeHealthChanged(_ health: StoreHealth) {
        switch health {
        case .ok: setCondition("store", .ok, "")
        case .failing(_, let why):
            setCondition("store", .warn, "history and stop marks are kept in memory and tried again: \(why)")
            disks.lookClosely()
        }
    }
}
