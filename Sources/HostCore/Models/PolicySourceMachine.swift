// SPDX-License-Identifier: Apache-2.0

/// Decides when a policy that comes over the network is asked for, and what is taken of the answers: nothing that was
/// not vouched for, and nothing that is the same. Pure, as all machines are.
public struct PolicySourceMachine: Hashable, Sendable {
    /// What is known of the policy that is kept.
    public struct Known: Hashable, Sendable {
        /// The server's word for this content; nil: it has none.
        public var etag: String?
        /// The SHA-256 of the content.
        public var digest: String

        /// A content.
        public init(etag: String?, digest: String) {
            self.etag = etag
            self.digest = digest
        }
    }

    /// What a request came to.
    public enum Answer: Hashable, Sendable {
        /// 304: what is kept is what there is.
        case unchanged
        /// All of a policy has come.
        case content(Known)
        /// The server wants fewer requests, or is ill: why, and how long it asked to wait.
        case busy(String, retryAfter: Duration?)
        /// It was reached, and what it says is no policy: why.
        case refused(String)
        /// It was not reached, or not all of its answer has come: why.
        case unreached(String)
    }

    /// What came of looking at a content.
    public enum Verdict: Hashable, Sendable {
        /// Those who have to vouch for it do.
        case accepted
        /// They do not: why.
        case rejected(String)
        /// It could not be found out: why.
        case unreached(String)
    }

    /// What happens. Numbers are those of the requests; an answer to one that was given up is dropped.
    public enum Event: Hashable, Sendable {
        /// This is what is wanted now, and what is kept and was vouched for by the same settings; nil: nothing is.
        /// `isAwaited`: a person wants to know what comes of it.
        case configured(interval: Duration, Known?, isAwaited: Bool = false)
        /// Nothing is wanted any more.
        case unconfigured
        /// It is `nextDue`.
        case due
        /// A person wants to know now; answered by `reply`.
        case kicked
        /// The answer to a request.
        case answered(Int, Answer)
        /// What came of looking at its content.
        case verified(Int, Verdict)
        /// It was written; or why not.
        case written(Int, failure: String?)
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// Ask for the policy, unless it is still the one of this ETag; answered by `answered`.
        case fetch(Int, etag: String?)
        /// Find out who vouches for the content; answered by `verified`.
        case verify(Int)
        /// Put the content in the place of what is kept; answered by `written`.
        case write(Int, Known)
        /// Keep in mind that what is kept is what there is, under this ETag.
        case note(Known)
        /// Something is wrong, and people should know: it is told once.
        case fail(String)
        /// What was told is over.
        case recovered
        /// Those who wanted to know: nil, or what is wrong.
        case reply(String?)
        /// `problem` is another one.
        case problemChanged
    }

    private enum Phase: Hashable, Sendable {
        case resting
        case fetching
        case verifying(Known)
        case writing(Known)
    }

    /// Requests begin no closer together than this, whoever wants them.
    public static let leastPause: Duration = .seconds(10)
    /// A server that is busy is left alone for no longer than this, unless it asks for it or the interval is longer.
    static let longestPause: Duration = .seconds(3600)
    /// No server is left alone for longer, whatever it asks for.
    static let longestRetryAfter: Duration = .seconds(86_400)
    private static let unreachedTold = 2
    private static let exponentLimit = 20

    /// What is wrong; nil: nothing is, or nothing is wanted.
    public private(set) var problem: String?
    /// When the next request is due; nil: one is under way, or none is wanted.
    public private(set) var nextDue: Instant?
    private var interval: Duration?
    private var known: Known?
    private var phase = Phase.resting
    private var number = 0
    private var failures = 0
    private var isTold = false
    /// Somebody waits for the request that comes next, or for the one under way.
    private var isWanted = false
    private var isAwaited = false
    private var began: Instant?
    /// The server wants no request before.
    private var retryAt: Instant?
    private var random: SplitMix64

    /// Wants nothing yet. `seed` makes pauses different from host to host.
    public init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// Takes what happens; returns what is to be done, in this order.
    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        switch event {
        case .configured(let interval, let known, let isAwaited):
            isWanted = isWanted || isAwaited
            return configure(interval, known, at: now)
        case .unconfigured: return stop()
        case .due:
            guard phase == .resting, let due = nextDue, due <= now else { return [] }
            return begin(at: now)
        case .kicked: return kick(at: now)
        case .answered(let number, let answer):
            guard number == self.number, phase == .fetching else { return [] }
            return take(answer, at: now)
        case .verified(let number, let verdict):
            guard number == self.number, case .verifying(let content) = phase else { return [] }
            switch verdict {
            case .accepted:
                phase = .writing(content)
                return [.write(number, content)]
            case .rejected(let why): return fail(why, isSure: true, pause: hasty(), at: now)
            case .unreached(let why): return fail(why, isSure: false, pause: hasty(), at: now)
            }
        case .written(let number, let failure):
            guard number == self.number, case .writing(let content) = phase else { return [] }
            if let failure { return fail(failure, isSure: false, pause: hasty(), at: now) }
            known = content
            return succeed(at: now)
        }
    }

    private mutating func configure(_ interval: Duration, _ known: Known?, at now: Instant) -> [Effect] {
        self.interval = interval
        self.known = known
        // What is under way was asked for by other settings.
        number += 1
        phase = .resting
        retryAt = nil
        failures = 0
        isWanted = isWanted || isAwaited
        isAwaited = false
        nextDue = earliest(now)
        return nextDue == now ? begin(at: now) : []
    }

    private mutating func stop() -> [Effect] {
        let hadProblem = problem != nil
        let wasTold = isTold
        let isAsked = isWanted || isAwaited
        let (random, began, number) = (random, began, number)
        self = PolicySourceMachine(seed: 0)
        self.random = random
        self.began = began
        self.number = number + 1
        return (wasTold ? [.recovered] : []) + (hadProblem ? [.problemChanged] : [])
            + (isAsked ? [.reply("no source of policies is configured any more")] : [])
    }

    private mutating func kick(at now: Instant) -> [Effect] {
        guard interval != nil else { return [.reply("no source of policies is configured (write [models] with url)")] }
        if let retryAt, retryAt > now + Self.leastPause {
            return [.reply("the server wants no request for another \((retryAt - now).text)")]
        }
        isWanted = true
        guard phase == .resting else { return [] }
        let at = earliest(now)
        nextDue = min(nextDue ?? at, at)
        return at <= now ? begin(at: now) : []
    }

    private mutating func begin(at now: Instant) -> [Effect] {
        number += 1
        phase = .fetching
        nextDue = nil
        began = now
        isAwaited = isWanted
        isWanted = false
        return [.fetch(number, etag: known?.etag)]
    }

    private mutating func take(_ answer: Answer, at now: Instant) -> [Effect] {
        switch answer {
        case .unchanged:
            guard let known, known.etag != nil else {
                return fail(
                    "the server says that nothing has changed, and nothing is here", isSure: true, pause: usual(),
                    at: now)
            }
            return [.note(known)] + succeed(at: now)
        case .content(let content) where content.digest == known?.digest:
            known = content
            return [.note(content)] + succeed(at: now)
        case .content(let content):
            phase = .verifying(content)
            return [.verify(number)]
        case .busy(let why, let wait):
            let asked = wait.map { min(max($0, .zero), Self.longestRetryAfter) }
            if let asked { retryAt = now + asked }
            return fail(why, isSure: false, pause: max(patient(), asked ?? .zero), at: now)
        case .refused(let why): return fail(why, isSure: true, pause: usual(), at: now)
        case .unreached(let why): return fail(why, isSure: false, pause: hasty(), at: now)
        }
    }

    private mutating func succeed(at now: Instant) -> [Effect] {
        let hadProblem = problem != nil
        let wasTold = isTold
        problem = nil
        isTold = false
        failures = 0
        retryAt = nil
        return (wasTold ? [.recovered] : []) + (hadProblem ? [.problemChanged] : []) + rest(usual(), nil, at: now)
    }

    /// What cannot be bad luck is told at once, the other when it has happened twice in a row.
    private mutating func fail(_ why: String, isSure: Bool, pause: Duration, at now: Instant) -> [Effect] {
        failures = min(failures + 1, Self.exponentLimit)
        var effects: [Effect] = []
        let isNew = problem != why
        problem = why
        if !isTold, isSure || failures >= Self.unreachedTold {
            isTold = true
            effects.append(.fail(why))
        }
        if isNew { effects.append(.problemChanged) }
        return effects + rest(pause, why, at: now)
    }

    private mutating func rest(_ pause: Duration, _ why: String?, at now: Instant) -> [Effect] {
        phase = .resting
        nextDue = max(now + pause, earliest(now))
        if isWanted, retryAt.map({ $0 <= now + Self.leastPause }) ?? true { nextDue = earliest(now) }
        guard isAwaited else { return [] }
        isAwaited = false
        return [.reply(why)]
    }

    /// When a request may begin.
    private func earliest(_ now: Instant) -> Instant {
        max(now, began.map { $0 + Self.leastPause } ?? now, retryAt ?? now)
    }

    // MARK: - Pauses

    /// While all is well: a fleet that started together does not ask together.
    private mutating func usual() -> Duration { spread(interval ?? .zero, by: 0.1) }

    /// After what may be over soon: 10 s, 20 s … up to the interval.
    private mutating func hasty() -> Duration {
        spread(doubled(Self.leastPause, failures, atMost: max(Self.leastPause, interval ?? .zero)), by: 0.25)
    }

    /// For a server that is busy or ill: twice the interval, four times …
    private mutating func patient() -> Duration {
        let interval = interval ?? .zero
        return spread(doubled(interval, failures + 1, atMost: max(interval, Self.longestPause)), by: 0.25)
    }

    private func doubled(_ pause: Duration, _ times: Int, atMost limit: Duration) -> Duration {
        let (product, isTooLong) = pause.nanoseconds.multipliedReportingOverflow(by: 1 << min(times, 30))
        return isTooLong ? limit : min(.nanoseconds(product), limit)
    }

    private mutating func spread(_ pause: Duration, by share: Double) -> Duration {
        pause + .nanoseconds(Int64(Double(pause.nanoseconds) * share * random.unit()))
    }
}
