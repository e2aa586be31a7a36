// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// Those who follow history as it happens (server-sent events, docs/control-api.md).
///
/// Each follower has a cursor, the number up to which it has been told, and pulls: from the entries that were written
/// last while those reach back to its cursor, else from the store. Catching up and following are one thing, so there
/// is neither a gap nor a double between them; and a slow follower holds one piece, not a queue. An entry is told when
/// it is written, since only then its number is certain: while the store fails, followers wait as the entries do.
final class EventStreams {
    static let pieceLimitBytes = 64 << 10
    private static let readLimit = 100
    private static let again: Duration = .seconds(2)

    private let loop: EventLoop
    private let store: Store
    private let keepAlive: Duration
    private var followers: [ObjectIdentifier: Follower] = [:]
    private var recent = RecentEvents()
    private var keepAliveTimer: TimerSource?
    private var againTimer: TimerSource?

    /// Follows `store`; who hears nothing for `keepAlive` is sent a comment.
    init(loop: EventLoop, store: Store, keepAlive: Duration = .seconds(15)) {
        self.loop = loop
        self.store = store
        self.keepAlive = keepAlive
    }

    /// Followers that there are.
    var count: Int { followers.count }

    /// Answers with a stream of what comes after `since`; without it, of what happens from now on.
    func follow(since: Int64?, service: String?, _ call: ControlCall) {
        store.extent { [weak self] extent in
            guard let self else { return }
            guard let extent else {
                let error = ErrorAnswer("the history cannot be read now", hint: "try again soon")
                let retry = [(name: "Retry-After", value: "5")]
                return call.responder.finish(status: 503, json: error.json, headers: retry)
            }
            guard let stream = call.responder.stream(contentType: "text/event-stream; charset=utf-8") else { return }
            begin(Follower(stream, service: service), since: since, extent)
        }
    }

    /// Entries have just been written.
    func stored(_ events: [StoredEvent]) {
        guard !followers.isEmpty else { return }
        recent.add(events)
        for follower in followers.values { pull(follower) }
    }

    private func begin(_ follower: Follower, since: Int64?, _ extent: HistoryExtent) {
        recent.begin(at: extent.newest)
        follower.cursor = min(since ?? extent.newest, extent.newest)
        var words = ": what comes after \(follower.cursor)\nretry: 2000\n\n"
        if let since, since > extent.newest {
            // Its history is gone, or it never was ours: it gets all there is.
            follower.cursor = 0
            words += EventText.note("reset", ["newest": JSON(extent.newest)])
        } else if let since, since > 0, since < extent.prunedThrough {
            words += EventText.note("lost", ["after": JSON(since), "through": JSON(extent.prunedThrough)])
        }
        let stream = follower.stream
        followers[ObjectIdentifier(follower)] = follower
        stream.lateWord = Array(
            EventText.note("slow", ["error": "too slow: cut", "hint": "come again with Last-Event-ID"]).utf8)
        stream.onClosed = { [weak self, weak follower] in
            if let follower { self?.end(follower) }
        }
        stream.onDrained = { [weak self, weak follower] in
            if let follower { self?.pull(follower) }
        }
        stream.send(Array(words.utf8))
        armKeepAlive()
    }

    private func end(_ follower: Follower) {
        followers[ObjectIdentifier(follower)] = nil
        guard followers.isEmpty else { return }
        recent = RecentEvents()
        keepAliveTimer = nil
        againTimer = nil
    }

    /// Sends a follower the next piece, if it can take one and there is one.
    private func pull(_ follower: Follower) {
        guard !follower.isReading, follower.stream.isDrained, follower.stream.isOpen else { return }
        guard recent.reachesBack(to: follower.cursor) else { return read(follower) }
        let (piece, last) = recent.piece(
            after: follower.cursor, service: follower.service, limitBytes: Self.pieceLimitBytes)
        follower.cursor = last
        if !piece.isEmpty {
            follower.told = last
            follower.stream.send(piece)
        }
    }

    /// Reads on in the store.
    private func read(_ follower: Follower) {
        follower.isReading = true
        // What is written by now is in what will be read.
        let examined = recent.newest
        store.events(since: follower.cursor, service: follower.service, limit: Self.readLimit, newest: false) {
            [weak self, weak follower] found in
            guard let self, let follower else { return }
            follower.isReading = false
            guard let found else { return tryAgain() }
            follower.cursor = max(follower.cursor, found.last?.id ?? 0)
            if found.count < Self.readLimit { follower.cursor = max(follower.cursor, examined) }
            if found.isEmpty { return pull(follower) }
            follower.told = follower.cursor
            follower.stream.send(found.flatMap { EventText.frame($0) })
        }
    }

    private func tryAgain() {
        againTimer = try? loop.timer { [weak self] in
            guard let self else { return }
            for follower in followers.values { pull(follower) }
        }
        againTimer?.arm(at: loop.now + Self.again)
    }

    private func armKeepAlive() {
        guard keepAliveTimer == nil else { return }
        keepAliveTimer = try? loop.timer { [weak self] in self?.keepAllAlive() }
        keepAliveTimer?.arm(at: loop.now + keepAlive)
    }

    private func keepAllAlive() {
        for follower in followers.values where follower.stream.isDrained {
            // An id without data moves the client's cursor past what its filter left out, and is no event.
            let id = follower.cursor > follower.told ? "id: \(follower.cursor)\n" : ""
            follower.told = follower.cursor
            follower.stream.send(Array(": alive\n\(id)\n".utf8))
        }
        keepAliveTimer?.arm(at: loop.now + keepAlive)
    }

    private final class Follower {
        let stream: ControlStream
        let service: String?
        /// It needs nothing up to this number.
        var cursor: Int64 = 0
        /// The newest number that its client knows.
        var told: Int64 = 0
        var isReading = false

        init(_ stream: ControlStream, service: String?) {
            self.stream = stream
            self.service = service
        }
    }
}
