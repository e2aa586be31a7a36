// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What became of an action, in one line.
struct OutcomeText {
    let outcome: ActionOutcome
    let isWaiting: Bool

    var line: String {
        let name = CleanText.of(outcome.service)
        guard outcome.ok else { return "\(name): failed: \(failed)" }
        switch outcome.action {
        case "signal": return "\(name): \(CleanText.of(outcome.reason))"
        case "reset": return "\(name): failures forgotten, \(afterReset)"
        case "reload" where isWaiting: return "\(name): reloaded, \(reached)"
        default: return "\(name): \(isWaiting ? reached : "\(outcome.action) is under way, now \(state)")"
        }
    }

    private var state: String { CleanText.of(outcome.state) }

    private var reached: String {
        var text = state
        if let took = outcome.durationMilliseconds { text += " in \(TimeText.took(milliseconds: took))" }
        if let pid = outcome.pid { text += ", pid \(pid)" }
        return text
    }

    /// A reset starts what waited for its failures only: of one that is down it is said how to get it up.
    private var afterReset: String {
        switch StateLook(rawValue: outcome.state) {
        case .held, .stopped: "\(state) as before (hostctl start \(CleanText.of(outcome.service)) starts it)"
        case .ready where isWaiting: reached
        default: "now \(state)"
        }
    }

    private var failed: String {
        if outcome.reason.isEmpty { return "it is \(state)" }
        // A reason often begins with the state already: "backoff 250 ms: exit 1".
        let saysState = outcome.reason.hasPrefix(outcome.state) || outcome.action == "signal"
        return saysState ? CleanText.of(outcome.reason) : "\(state): \(CleanText.of(outcome.reason))"
    }
}
