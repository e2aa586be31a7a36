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

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func services() -> [ServiceSpecification] {
        var result: [ServiceSpecification] = []
        for index in 0..<number(1...12) {
            let base = "s\(index < 10 ? "0" : "")\(index)"
            guard let name = ServiceName(base) else { continue }
            let one = service(name, port: UInt16(8000 + index), before: result.map(\.name))
            result += chance(0.25) ? instances(of: one, number(2...5)) : [one]
        }
        return result
    }

    private func instances(of one: ServiceSpecification, _ count: Int) -> [ServiceSpecification] {
        (1...count).compactMap { number in
            ServiceName("\(one.name)@\(number)").map { name in
                var instance = one
                instance.name = name
                return instance
            }
        }
    }

    /// Another edition of what the configuration says of a service.
    mutating func edited(_ old: ServiceSpecification) -> ServiceSpecification {
        var service = old
        if chance(0.5) { service.launch.command = ["program", "\(random.next())"] }
        if chance(0.4) {
            service.startup = nil
            service.live = nil
            service.ready = nil
            probes(&service)
        }
        if chance(0.2) { service.after = service.after.filter { _ in chance(0.5) } }
        if chance(0.2) { service.stop.grace = duration(0.5...40) }
        return service
    }

    private mutating func service(
        _ name: ServiceName, port: UInt16, before: [ServiceName]
    ) -> ServiceSpecification {
        var service = ServiceSpecification(name: name, launch: LaunchSpecification(command: ["program"]))
        service.after = before.filter { _ in chance(0.15) }
        if chance(0.2) { service.afterTimeout = duration(5...120) }
        if chance(0.3) { service.ports = [port] }
        probes(&service)
        service.restart.backoff = chance(0.1) ? .zero : duration(0...1)
        service.restart.maxBackoff = service.restart.backoff + duration(1...120)
        service.restart.jitter = random.unit()
        service.restart.burst = chance(0.2) ? 0 : number(2...8)
        service.restart.window = duration(5...600)
        service.restart.stable = duration(2...20)
        if chance(0.1) { service.restart.policy = chance(0.8) ? .onFailure : .never }
        service.stop.grace = duration(0.5...40)
        service.stop.leftovers = duration(0...8)
        service.autostart = chance(0.95)
        if chance(0.15) { service.beforeStart = Array(repeating: ["before"], count: number(1...2)) }
        if chance(0.15) { service.afterStop = Array(repeating: ["after"], count: number(1...2)) }
        service.hookTimeout = duration(1...30)
        service.restartWith = before.filter { _ in chance(0.05) }
        if chance(0.1) { service.needs = [.disk] } else if chance(0.1) { service.needs = [.network] }
        if chance(0.15) { service.stop.command = ["stop"] }
        return service
    }

    private mutating func probes(_ service: inout ServiceSpecification) {
        if chance(0.5) {
            service.startup = ProbeSpecification(
                target: startTarget(), interval: duration(0.2...2), deadline: duration(20...120))
        }
        if chance(0.7) {
            let target: ProbeSpecification.Target = chance(0.3) ? .heartbeat : Self.asked
            service.live = ProbeSpecification(target: target, interval: duration(1...10), failures: number(1...4))
        }
        if chance(0.6) {
            let target = startTarget()
            service.ready = ProbeSpecification(
                target: target, interval: duration(0.5...5), failures: number(1...3),
                successes: target.isOnce ? 1 : number(1...2))
        }
    }

    private static let asked = ProbeSpecification.Target.tcp(host: "127.0.0.1", port: 1)

    private mutating func startTarget() -> ProbeSpecification.Target {
        switch random.unit() {
        case ..<0.3: .notify
        case ..<0.5: .log(pattern: "ready")
        default: Self.asked
        }
    }

    /// What the next launch of a hook does.
    mutating func hookBehaviour(_ service: ServiceSpecification, calm: Bool) -> Behaviour {
        var behaviour = Behaviour()
        behaviour.crashesAfter = duration(0...0.5)
        behaviour.crashStatus = .code(0)
        if calm { return behaviour }
        if chance(0.04) { behaviour.launch = chance(0.5) ? .execFails : .spawnFails }
        if chance(0.15) { behaviour.crashStatus = chance(0.8) ? .code(1) : .code(78) }
        if chance(0.1) { behaviour.crashesAfter = duration(0...60) }
        if chance(0.1) { behaviour.leftOvers = number(1...3) }
        return behaviour
    }

    /// What the next launch of a service does. `calm`: nothing goes wrong any more.
    mutating func behaviour(_ service: ServiceSpecification, calm: Bool) -> Behaviour {
        var behaviour = Behaviour()
        behaviour.startupTakes = chance(0.7) ? duration(0...3) : .zero
        if let every = service.heartbeat { behaviour.speaksEach = every * 0.5 }
        if calm { return behaviour }
        if chance(0.04) { behaviour.launch = chance(0.5) ? .execFails : .spawnFails }
        if service.startup != nil, chance(0.2) {
            behaviour.startupTakes = duration(3...200)
            behaviour.showsProgress = chance(0.7)
            behaviour.extendsItsStart = chance(0.5)
            if behaviour.extendsItsStart, behaviour.speaksEach == nil { behaviour.speaksEach = duration(1...10) }
        }
        if service.heartbeat != nil, chance(0.1) { behaviour.triggersAfter = duration(0...300) }
        if chance(0.1) { behaviour.announcesItsEnd = duration(0...60) }
        if chance(0.5) {
            behaviour.crashesAfter = chance(0.5) ? duration(0...2) : duration(2...300)
            behaviour.crashStatus =
                [.code(1), .code(0), .signal(9), .signal(11), .code(78), .code(1)]
                .randomElement(using: &random) ?? .code(1)
        }
        if service.live != nil, chance(0.15) { behaviour.hangsAfter = duration(0...300) }
        behaviour.stopTakes = chance(0.1) ? nil : duration(0...20)
        if chance(0.2) { behaviour.leftOvers = number(1...5) }
        return behaviour
    }
}
