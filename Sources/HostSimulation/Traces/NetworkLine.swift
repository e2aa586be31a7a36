// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// A network line that is made up from a seed, and a guard that watches it.
public struct NetworkLine {
    /// What the line does to a question.
    public enum Weather {
        /// 60 ms, with the small and sometimes large delays of a line that is well.
        case quiet
        /// Delays of 0 to 400 ms on top.
        case jittery
        /// Nothing comes through.
        case out
        /// This share of the questions is lost.
        case lossy(Double)
    }

    /// What watches it.
    public var guardian: NetworkGuard
    private var generator: SplitMix64
    /// The virtual time.
    public private(set) var now = Instant(nanoseconds: 1_000_000_000_000)
    /// When the next question to each target is due.
    private var due: [String: Instant] = [:]
    /// When the level changed, and to what.
    public private(set) var changes: [(at: Instant, level: ConditionLevel)] = []
    /// Questions over a fresh connection so far.
    public private(set) var freshQuestions = 0
    /// Looks at the way out so far.
    public private(set) var looks = 0

    /// A line whose weather is made of `seed`, to targets of these names.
    public init(seed: UInt64, names: [String] = ["a"]) {
        guardian = NetworkGuard(seed: seed)
        generator = SplitMix64(seed: seed &+ 1)
        let probes = names.map {
            NetworkProbeSpecification(name: $0, target: .http(url: "https://\($0).example.com/", expected: nil))
        }
        carryOut(guardian.handle(.configured(probes), at: now))
    }

    private mutating func carryOut(_ effects: [NetworkGuard.Effect]) {
        for effect in effects {
            switch effect {
            case .ask(let name, let isFresh, let at):
                due[name] = at
                if isFresh { freshQuestions += 1 }
            case .lookAtLink: looks += 1
            case .changed:
                if changes.last?.level ?? .ok != guardian.level { changes.append((now, guardian.level)) }
            }
        }
    }

    /// Lets `weather` be for so long; `check` is called after each answer.
    public mutating func pass(
        _ duration: Duration, _ weather: Weather, only: String? = nil, late: Bool = false,
        check: (NetworkLine) -> Void = { _ in }
    ) {
        let end = now + duration
        while let next = due.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }), next.value < end {
            now = max(now, next.value)
            let isHit = only == nil || only == next.key
            var sample = sample(of: isHit ? weather : .quiet)
            sample.isLate = late
            carryOut(guardian.handle(.sampled(next.key, sample), at: now))
            check(self)
        }
        now = max(now, end)
    }

    private mutating func sample(of weather: Weather) -> NetworkSample {
        let usual = 60 + 8 * generator.unit() + (generator.unit() < 0.02 ? 150 * generator.unit() : 0)
        switch weather {
        case .quiet: return .init(.answered(.milliseconds(usual)))
        case .jittery: return .init(.answered(.milliseconds(usual + 400 * generator.unit())))
        case .out:
            now = now + .seconds(5)
            return .init(.failed(.silent, "no answer in 5 s"))
        case .lossy(let share):
            if generator.unit() < share {
                now = now + .seconds(5)
                return .init(.failed(.silent, "no answer in 5 s"))
            }
            return .init(.answered(.milliseconds(usual)))
        }
    }
}
