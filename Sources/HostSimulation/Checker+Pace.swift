// SPDX-License-Identifier: Apache-2.0

import HostCore

extension Checker {
    /// No restart sooner than the rule allows, and none much later: the rule of docs/architecture.md, written down a
    /// second time.
    struct Pace {
        /// A person or a boot asked for the next launch: it may come at once.
        var isFree = true
        /// hostd may remember failures that are not known here: whether it is a crash loop is its own affair.
        var isVague = false
        /// Failures since a stable run.
        private var failures = 0
        private var recent: [Instant] = []
        private var isLooping = false
        private var earliest: Instant?
        private var latest: Instant?
        private var why = ""

        /// A person asked for a fresh start.
        mutating func reset() {
            self = Pace()
            isFree = false
        }

        /// An instance failed after it ran for `ran`, and the decision falls now.
        mutating func failed(ran: Duration, _ rule: RestartSpecification, at now: Instant) {
            let isStable = ran >= rule.stable
            if isStable {
                failures = 0
                if isLooping { recent = [] }
                isLooping = false
            }
            recent.append(now)
            if rule.burst > 0, !isVague, recent.count >= rule.burst {
                let oldest = recent[recent.count - rule.burst]
                if now - oldest <= rule.window { isLooping = true }
            }
            var whole = rule.backoff
            for _ in 0..<min(failures, 40) where whole < rule.maxBackoff { whole = whole + whole }
            if !isStable { failures += 1 }
            if isLooping {
                whole = rule.maxBackoff
            } else if isStable {
                whole = .zero
            }
            let most = min(whole, rule.maxBackoff)
            earliest = now + .nanoseconds(Int64(Double(most.nanoseconds) * (1 - rule.jitter)) - 1000)
            latest = now + most
            why = "a run of \(ran.text), failure \(failures), \(isLooping ? "a crash loop" : "no loop")"
        }

        /// What is wrong with a launch now, if anything.
        mutating func launched(_ id: InstanceID, _ rule: RestartSpecification, at now: Instant) -> String? {
            defer {
                isFree = false
                earliest = nil
                latest = nil
            }
            guard !isFree, let earliest, now < earliest else { return nil }
            return "\(id) came \((earliest - now).text) too soon after \(why)"
        }

        /// What is wrong with a pause, if anything: it is no longer than the rule says, and a loop only where there
        /// is one.
        func paused(_ pause: ServiceState.Pause) -> String? {
            guard !isVague, let latest else { return nil }
            if pause.until > latest { return "pauses \((pause.until - latest).text) too long after \(why)" }
            return pause.isLoop == isLooping ? nil : "says \(pause.isLoop ? "looping" : "backoff") after \(why)"
        }
    }
}
