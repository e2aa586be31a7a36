// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLoop

/// Says who was refused what: in the journal and in history, but not as often as somebody likes to ask.
final class RefusalLog {
    private static let window: Duration = .seconds(60)
    private static let perWindow = 5
    private static let accountLimit = 1000

    private let loop: EventLoop
    private let history: History
    private var accounts: [String: Account] = [:]
    /// All refusals.
    private(set) var count: UInt64 = 0

    private struct Account {
        var since: Instant
        var count = 0
    }

    init(loop: EventLoop, history: History) {
        self.loop = loop
        self.history = history
    }

    /// `peer` was refused: what, and why.
    func add(_ peer: ControlPeer, _ what: String) {
        count += 1
        let now = loop.now
        let name = peer.account
        if let old = accounts[name], now - old.since >= Self.window {
            accounts[name] = nil
            let more = old.count - Self.perWindow
            if more > 0 { say("\(more) more requests of \(name) were refused since then") }
        }
        // Many addresses: who was heard of longest ago is forgotten, with what was not said of them.
        if accounts[name] == nil, accounts.count >= Self.accountLimit,
            let oldest = accounts.min(by: { $0.value.since < $1.value.since })?.key
        {
            accounts[oldest] = nil
        }
        accounts[name, default: Account(since: now)].count += 1
        if accounts[name]?.count ?? 0 <= Self.perWindow { say("refused to \(peer): \(what)") }
    }

    private func say(_ text: String) {
        history.add(host: "refused", text, .warning)
    }
}
