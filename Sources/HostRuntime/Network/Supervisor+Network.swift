// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// The network: what people, services and tools see of it.
extension Supervisor {
    private static let pictureSpan: Duration = .seconds(6 * 3600)

    /// Tells the watch what the configuration asks for.
    func wantNetwork(of configuration: HostConfiguration) {
        network.changed = { [weak self] in self?.networkChanged() }
        network.configure(configuration.network.probes)
        networkChanged()
        watchSockets()
    }

    private func networkChanged() {
        let machine = network.machine
        guard !machine.targets.isEmpty else {
            networkFile.remove()
            return removeCondition("network")
        }
        setCondition("network", machine.level, machine.reason, evidence: networkEvidence)
        planPostponed()
        networkFile.write { [weak self] in self?.networkFileContent ?? .null }
    }

    private var networkEvidence: JSON {
        let now = loop.now
        let targets = network.machine.targets.map { target -> JSON in
            let figures = target.window.figures(at: now)
            return [
                "name": .string(target.specification.name), "level": .string(target.level.rawValue),
                "rtt_ms": .rounded(figures.rtt), "jitter_ms": .rounded(figures.jitter),
                "pdv_p95_ms": .rounded(figures.pdvP95), "loss": .rounded(figures.loss),
                "failure": JSON(target.failure?.rawValue),
            ]
        }
        return ["cause": JSON(network.machine.cause?.rawValue), "targets": .array(targets)]
    }

    /// What tools read: the figures without the hours.
    private var networkFileContent: JSON {
        let clock = wallClock()
        let targets = network.machine.targets.map { target in
            JSON.object(targetMembers(target, clock))
        }
        return .object(networkMembers + [.init(key: "targets", value: .array(targets))])
    }

    /// `GET /v1/net`
    func answerNetwork(_ call: ControlCall) {
        let clock = wallClock()
        let targets = network.machine.targets.map { target in
            JSON.object(
                targetMembers(target, clock) + [.init(key: "series", value: points(of: target, clock))])
        }
        let limits: JSON = [
            "pdv_ms": .rounded(NetworkLimits.pdv), "jitter_ms": .rounded(NetworkLimits.jitter),
            "loss": .rounded(NetworkLimits.loss), "slowness": .rounded(NetworkLimits.slowness),
        ]
        call.finish(
            .object(
                networkMembers + [
                    .init(key: "limits", value: limits), .init(key: "targets", value: .array(targets)),
                    .init(key: "sockets", value: socketReport),
                ]))
    }

    private var networkMembers: [JSON.Member] {
        let machine = network.machine
        let link = machine.link.map { link -> JSON in
            [
                "interface": JSON(link.interface), "carrier": .bool(link.hasCarrier), "gateway": JSON(link.gateway),
                "gateway_answers": JSON(link.gatewayAnswers),
            ]
        }
        return [
            .init(key: "level", value: .string(machine.level.rawValue)),
            .init(key: "cause", value: JSON(machine.cause?.rawValue)),
            .init(key: "reason", value: .string(machine.reason)), .init(key: "link", value: link ?? .null),
        ]
    }

    private func targetMembers(_ target: NetworkTarget, _ clock: WallClock) -> [JSON.Member] {
        let figures = target.window.figures(at: loop.now)
        let members: [(String, JSON)] = [
            ("name", .string(target.specification.name)), ("asks", .string(target.specification.text)),
            ("level", .string(target.level.rawValue)), ("since", .string(clock.wall(target.since).text)),
            ("reason", .string(target.reason)), ("flapping", .bool(target.isFlapping)),
            ("failure", JSON(target.failure?.rawValue)), ("asked", JSON(target.asked)),
            ("discarded", JSON(target.discarded)), ("rtt_ms", .rounded(figures.rtt)),
            ("rtt_min_ms", .rounded(figures.least)), ("rtt_p99_ms", .rounded(figures.p99)),
            ("rtt_usual_ms", .rounded(target.window.usual)), ("jitter_ms", .rounded(figures.jitter)),
            ("pdv_p50_ms", .rounded(figures.pdvP50)), ("pdv_p95_ms", .rounded(figures.pdvP95)),
            ("loss", .rounded(figures.loss)), ("last", last(of: target, clock)),
        ]
        return members.map { .init(key: $0.0, value: $0.1) }
    }

    private func last(of target: NetworkTarget, _ clock: WallClock) -> JSON {
        guard let sample = target.last, let at = target.lastAt else { return .null }
        let phases = sample.phases
        let (isOK, seen) =
            switch sample.outcome {
            case .answered(let took): (true, sample.remark ?? "answered in \(took.text)")
            case .failed(_, let why): (false, why)
            }
        let milliseconds = { (phase: Duration?) in JSON.rounded(phase.map { $0.seconds * 1000 }) }
        return [
            "ok": .bool(isOK), "seen": .string(seen), "at": .string(clock.wall(at).text),
            "resolve_ms": milliseconds(phases.resolve), "connect_ms": milliseconds(phases.connect),
            "tls_ms": milliseconds(phases.tls), "first_byte_ms": milliseconds(phases.firstByte),
        ]
    }

    private func points(of target: NetworkTarget, _ clock: WallClock) -> JSON {
        guard let hours = network.series[target.specification.name] else { return .array([]) }
        let rtt = hours.rtt.points(within: Self.pictureSpan, of: loop.now)
        let known = Dictionary(rtt.map { ($0.at, $0.value) }) { first, _ in first }
        return .array(
            hours.loss.points(within: Self.pictureSpan, of: loop.now).map { point in
                [
                    "at": .string(clock.wall(point.at).text), "rtt_ms": .rounded(known[point.at]),
                    "loss": .rounded(point.value / 100),
                ]
            })
    }
}

extension JSON {
    /// To a thousandth: more says nothing of a network.
    fileprivate static func rounded(_ value: Double?) -> JSON {
        JSON(value.map { ($0 * 1000).rounded() / 1000 })
    }
}

nonisolated extension NetworkProbeSpecification {
    /// What is asked, for people.
    var text: String {
        switch target {
        case .http(let url, _): "http \(url)"
        case .tcp(let host, let port): "tcp \(host):\(port)"
        case .dns(let name, let server): "dns \(name)" + (server.map { " at \($0)" } ?? "")
        }
    }
}
