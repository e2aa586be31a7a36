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

    static func text(
        _ services: some Collection<ServiceMachine>, conditions: [Condition], isStopping: Bool
    ) -> String {
        let parts = [count(services, isStopping)] + troubles(services) + conditions.compactMap(Self.word)
        return parts.joined(separator: "; ")
    }

    private static func count(_ services: some Collection<ServiceMachine>, _ isStopping: Bool) -> String {
        guard !services.isEmpty else { return isStopping ? "stopping" : "no services configured" }
        if isStopping {
            let up = services.count { !$0.state.isDown }
            return "stopping, \(up) of \(services.count) services still up"
        }
        let stopped = services.count { $0.phase == .stopped }
        let ready = services.count { $0.phase == .ready }
        guard stopped < services.count else { return "all \(stopped) services stopped" }
        let text = "\(ready) of \(services.count - stopped) services ready"
        return stopped == 0 ? text : text + ", \(stopped) stopped"
    }

    private static func troubles(_ services: some Collection<ServiceMachine>) -> [String] {
        let troubled = services.compactMap { service in
            named.firstIndex(of: service.phase).map { (rank: $0, service: service) }
        }
        let sorted = troubled.sorted {
            ($0.rank, $0.service.specification.name) < ($1.rank, $1.service.specification.name)
        }
        var words = sorted.prefix(namedLimit).map { "\($0.service.specification.name): \(word(on: $0.service))" }
        if sorted.count > namedLimit { words.append("and \(sorted.count - namedLimit) more") }
        return words
    }

    private static func word(on service: ServiceMachine) -> String {
        guard case .pausing(let pause) = service.state else { return service.phase.rawValue }
        return "\(service.phase.rawValue) \((pause.until - service.since).text)"
    }

    private static func word(_ condition: Condition) -> String? {
        condition.level == .ok ? nil : "condition \(condition.kind): \(condition.level.rawValue)"
    }
}
