// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Draws the services of a host and what goes wrong on it.
struct Scenario {
    var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func chance(_ share: Double) -> Bool { random.unit() < share }

    mutating func duration(_ range: ClosedRange<Double>) -> Duration {
        .nanoseconds(Int64((range.lowerBound + random.unit() * (range.upperBound - range.lowerBound)) * 1e9))
    }

    mutating func services() -> [ServiceSpecification] {
        var result: [ServiceSpecification] = []
        for index in 0..<Int.random(in: 1...12, using: &random) {
            guard let name = ServiceName("s\(index)") else { continue }
            result.append(service(name, before: result.map(\.name)))
        }
        return result
    }

    private mutating func service(_ name: ServiceName, before: [ServiceName]) -> ServiceSpecification {
        var service = ServiceSpecification(name: name, launch: LaunchSpecification(command: ["program"]))
        service.after = before.filter { _ in chance(0.15) }
        if chance(0.2) { service.afterTimeout = duration(5...120) }
        if chance(0.3) { service.ports = [UInt16(8000 + (UInt16(name.text.dropFirst()) ?? 0))] }
        let target = ProbeSpecification.Target.tcp(host: "127.0.0.1", port: 1)
        if chance(0.5) {
            service.startup = ProbeSpecification(
                target: target, interval: duration(0.2...2), deadline: duration(20...120))
        }
        if chance(0.7) {
            service.live = ProbeSpecification(
                target: target, interval: duration(1...10), failures: Int.random(in: 2...4, using: &random))
        }
        if chance(0.6) {
            service.ready = ProbeSpecification(
                target: target, interval: duration(0.5...5), failures: Int.random(in: 1...3, using: &random),
                successes: Int.random(in: 1...2, using: &random))
        }
        service.restart.backoff = duration(0...1)
        service.restart.maxBackoff = service.restart.backoff + duration(1...120)
        service.restart.jitter = random.unit()
        service.restart.burst = chance(0.2) ? 0 : Int.random(in: 2...8, using: &random)
        service.restart.window = duration(30...600)
        service.restart.stable = duration(2...20)
        if chance(0.1) { service.restart.policy = .onFailure }
        service.stop.grace = duration(0.5...40)
        service.stop.leftovers = duration(0...8)
        service.autostart = chance(0.95)
        return service
    }

    /// What the next launch of a service does. `calm`: nothing goes wrong any more.
    mutating func behaviour(_ service: ServiceSpecification, calm: Bool) -> Behaviour {
        var behaviour = Behaviour()
        behaviour.startupTakes = chance(0.7) ? duration(0...3) : .zero
        if calm { return behaviour }
        if chance(0.04) { behaviour.launch = chance(0.5) ? .execFails : .spawnFails }
        if service.startup != nil, chance(0.2) { behaviour.startupTakes = duration(3...200) }
        if chance(0.5) {
            behaviour.crashesAfter = chance(0.5) ? duration(0...2) : duration(2...600)
            behaviour.crashStatus =
                [.code(1), .code(0), .signal(9), .signal(11), .code(78), .code(1)]
                .randomElement(using: &random) ?? .code(1)
        }
        if service.live != nil, chance(0.15) { behaviour.hangsAfter = duration(0...300) }
        if chance(0.1) { behaviour.stopTakes = nil } else { behaviour.stopTakes = duration(0...20) }
        if chance(0.2) { behaviour.leftOvers = Int.random(in: 1...5, using: &random) }
        return behaviour
    }
}
