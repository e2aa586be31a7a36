// SPDX-License-Identifier: Apache-2.0

/// Watches the network by what is asked of it, says how bad it is and what that comes of. Pure: see docs/network.md.
public struct NetworkGuard: Hashable, Sendable {
    /// What happens.
    public enum Event: Hashable, Sendable {
        /// These probes are configured now, and no others.
        case configured([NetworkProbeSpecification])
        /// A question to the target of this name came to this.
        case sampled(String, NetworkSample)
        /// The kernel says this of the way out.
        case link(NetworkLink)
        /// Since the last look the services' own connections have sent so many segments, and so many of them again.
        case segments(sent: UInt64, again: UInt64)
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// Ask the target of this name then, over a fresh connection or one that was kept.
        case ask(String, isFresh: Bool, at: Instant)
        /// Look at the way out of the host.
        case lookAtLink
        /// Level, reason or cause may have changed.
        case changed
    }

    /// In the order of the configuration.
    public private(set) var targets: [NetworkTarget] = []
    /// What the kernel said of the way out when it was looked at last.
    public private(set) var link: NetworkLink?
    private var segments: SegmentJudge?
    private var generator: SplitMix64

    /// A guard that asks nothing yet. `seed` spreads the questions.
    public init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        switch event {
        case .configured(let wanted): configure(wanted, at: now)
        case .sampled(let name, let sample): take(sample, of: name, at: now)
        case .link(let link): take(link)
        case .segments(let sent, let again): take(sent: sent, again: again, at: now)
        }
    }

    private mutating func configure(_ wanted: [NetworkProbeSpecification], at now: Instant) -> [Effect] {
        let old = targets
        if wanted.isEmpty { segments = nil }
        targets = wanted.map { new in
            old.first { $0.specification == new } ?? NetworkTarget(new, at: now)
        }
        let fresh = targets.indices.filter { targets[$0].asked == 0 }
        return fresh.map { plan($0, at: now) } + [.changed]
    }

    private mutating func take(_ sample: NetworkSample, of name: String, at now: Instant) -> [Effect] {
        guard let index = targets.firstIndex(where: { $0.specification.name == name }) else { return [] }
        let had = targets[index].failure
        targets[index].take(sample, at: now)
        let has = targets[index].failure
        let next = plan(index, at: now)
        // The way out is looked at when it may explain something.
        return (has != nil || had != nil ? [.lookAtLink] : []) + [next, .changed]
    }

    private mutating func take(_ new: NetworkLink) -> [Effect] {
        guard new != link else { return [] }
        link = new
        return [.changed]
    }

    private mutating func take(sent: UInt64, again: UInt64, at now: Instant) -> [Effect] {
        guard !targets.isEmpty else { return [] }
        var judge = segments ?? SegmentJudge(at: now)
        let isNews = judge.take(sent: sent, again: again, at: now)
        segments = judge
        return isNews ? [.changed] : []
    }

    private mutating func plan(_ index: Int, at now: Instant) -> Effect {
        let (isFresh, wait) = targets[index].plan(unit: generator.unit())
        return .ask(targets[index].specification.name, isFresh: isFresh, at: now + wait)
    }

    // MARK: - What it amounts to

    /// Critical when nothing that is not a name server answers; warn when anything is not as it should be.
    public var level: ConditionLevel {
        let carrying = targets.filter { !$0.specification.isNameService }
        let decisive = carrying.isEmpty ? targets : carrying
        guard !decisive.isEmpty else { return .ok }
        if decisive.allSatisfy({ $0.level == .critical }) { return .critical }
        return areSegmentsLost || targets.contains { $0.level != .ok } ? .warn : .ok
    }

    private var areSegmentsLost: Bool { segments.map { $0.level != .ok } ?? false }

    /// What the trouble comes of; nil while there is none.
    public var cause: NetworkCause? {
        guard level != .ok else { return nil }
        let views = targets.map { target in
            NetworkView(
                failure: target.level == .critical ? target.failure ?? .silent : nil,
                isDegraded: target.level != .ok, isNameService: target.specification.isNameService,
                needsRoute: target.specification.needsRoute, usesTLS: target.specification.usesTLS)
        }
        return NetworkCause.find(views, link: link) ?? .path
    }

    /// Why the level is what it is, for people; empty while it is ok.
    public var reason: String {
        let troubled = targets.filter { $0.level != .ok }
        guard let cause else { return "" }
        let named = troubled.prefix(3).map { "\($0.specification.name): \($0.reason)" }
        let more = troubled.count > 3 ? ["and \(troubled.count - 3) more"] : []
        let lost = areSegmentsLost ? [SegmentJudge.reason] : []
        return "\(cause.text): " + (named + more + lost).joined(separator: "; ")
    }
}

extension NetworkCause {
    /// For people, as the beginning of a reason.
    public var text: String {
        switch self {
        case .link: "the host has no link or no route"
        case .gateway: "the local gateway does not answer"
        case .dns: "names cannot be looked up"
        case .portal: "a login page stands in the way"
        case .path: "the way out"
        case .tls: "TLS fails"
        case .provider: "one target alone"
        }
    }
}
