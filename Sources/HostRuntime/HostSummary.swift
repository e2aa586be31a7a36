// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// The host in one line of people's words: "7 of 8 services ready; gateway: backoff 8 s".
nonisolated enum HostSummary {
    /// So many services are named.
    private static let namedLimit = 3

    /// The worst first; what is ready or down as it should be is not named.
    private static let named: [ServicePhase] = [
        .held, .looping, .backoff, .unhealthy, .waiting, .stopping, .starting, .running,
    ]

    /// What is looked at of a service: a machine is too large to be passed around.
    private struct Look {
        let name: ServiceName
        let phase: ServicePhase
        let pause: Duration?

        init(_ service: ServiceMachine) {
            name = service.specification.name
            phase = service.phase
            pause = if case .pausing(let pause) = service.state { pause.until - service.since } else { nil }
        }

        /// "backoff 8 s"
        var word: String { pause.map { "\(phase.rawValue) \($0.text)" } ?? phase.rawValue }
    }

    static func text(
        _ services: some Collection<ServiceMachine>, conditions: [Condition], isStopping: Bool
    ) -> String {
        let looks = services.map(Look.init)
        let parts = [count(looks, isStopping)] + troubles(looks) + conditions.compactMap(Self.word)
        return parts.joined(separator: "; ")
    }

    private static func count(_ looks: [Look], _ isStopping: Bool) -> String {
        guard !looks.isEmpty else { return isStopping ? "stopping" : "no services configured" }
        if isStopping {
            let down = looks.count { $0.phase == .stopped || $0.phase == .held }
            return "stopping, \(looks.count - down) of \(looks.count) services still up"
        }
        let stopped = looks.count { $0.phase == .stopped }
        let ready = looks.count { $0.phase == .ready }
        guard stopped < looks.count else { return "all \(stopped) services stopped" }
        let text = "\(ready) of \(looks.count - stopped) services ready"
        return stopped == 0 ? text : text + ", \(stopped) stopped"
    }

    private static func troubles(_ looks: [Look]) -> [String] {
        let troubled = looks.compactMap { look in named.firstIndex(of: look.phase).map { (rank: $0, look: look) } }
        let sorted = troubled.sorted { ($0.rank, $0.look.name) < ($1.rank, $1.look.name) }
        var words = sorted.prefix(namedLimit).map { "\($0.look.name): \($0.look.word)" }
        if sorted.count > namedLimit { words.append("and \(sorted.count - namedLimit) more") }
        return words
    }

    private static func word(_ condition: Condition) -> String? {
        condition.level == .ok ? nil : "condition \(condition.kind): \(condition.level.rawValue)"
    }
}
