// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// What all logs of one logger share.
final class Tools {
    /// How many bytes one pipe may move before the others have their turn, where it is alone.
    private static let wholeShare = 1 << 20
    /// How many bytes one splice moves at most. It holds the pipe's lock meanwhile, and a writer that cannot put its
    /// bytes in waits: with 128 KiB both get on at once, which nearly doubles what goes through.
    static let bite = 128 << 10
    /// A log whose disk refuses is tried again after this; silent pipes are looked at so often.
    static let retryDelay: Duration = .seconds(1)

    /// All followers together take so many parts of 256 KiB in a round.
    private static let followerParts = 16
    /// All logs together keep no more bytes in memory while disks refuse.
    static let spillLimit = 16 << 20

    let epoll: Epoll
    let lookAhead: LookAhead
    /// The time of this round.
    var now = Clock.now
    /// How many bytes one pipe may move in this round.
    private(set) var share = wholeShare
    /// Logs that have something to do in this round.
    private(set) var ready: [Log] = []
    /// Logs whose index has a pending entry.
    private(set) var unflushed: [Log] = []
    /// Followers that have something to do.
    private(set) var following: [Follower] = []
    private var sharedSpace: FollowerSpace?
    /// When logs and pipes are to be looked at that no event tells of.
    private(set) var nextTick: Instant?
    /// Room for rotations on disks that are full; nil where nothing is kept.
    var reserve: Reserve?
    /// How many they keep.
    var spilledBytes = 0
    /// Takes what hostd is to be told.
    var reply: (LoggerReply) -> Void = { _ in }
    /// Has finished files synced and compressed, soon.
    var needTending: () -> Void = {}
    /// Takes a pipe that is gone for good.
    var forget: (LogPipe) -> Void = { _ in }

    init() throws(SystemError) {
        epoll = try Epoll(capacity: 256)
        lookAhead = try LookAhead()
    }

    /// Serves `log` in this round or, during one, in the next.
    func queue(_ log: Log) {
        guard !log.isQueued else { return }
        log.isQueued = true
        ready.append(log)
    }

    /// Serves what is queued; what queues itself meanwhile waits for the next round.
    func serveReady() {
        let count = ready.count
        // All that are served in a round share it, so that a round, and with it the wait of a quiet one, stays short.
        share = max(Self.wholeShare / max(count, 1), Self.bite)
        for index in 0..<count {
            ready[index].isQueued = false
            ready[index].serve()
        }
        ready.removeFirst(count)
    }

    /// Writes the index of `log` when its time has come.
    func flushLater(_ log: Log) {
        guard !log.isIndexQueued else { return }
        log.isIndexQueued = true
        unflushed.append(log)
    }

    func flushDue() {
        guard !unflushed.isEmpty else { return }
        unflushed.removeAll { log in
            guard log.flushIndexIfDue() else { return false }
            log.isIndexQueued = false
            return true
        }
    }

    /// Lets `follower` do its share in this round or, during one, in the next.
    func follow(_ follower: Follower) {
        guard !follower.isQueued else { return }
        follower.isQueued = true
        following.append(follower)
    }

    /// Lets those who follow do their shares; together they do no more than a pipe or two may.
    func serveFollowers() {
        let count = following.count
        guard count > 0 else { return }
        let parts = max(Self.followerParts / count, 1)
        for index in 0..<count {
            let follower = following[index]
            follower.isQueued = false
            if follower.serve(parts: min(parts, Self.followerParts / 4)) { follow(follower) }
        }
        following.removeFirst(count)
    }

    /// What followers share, made when the first of them needs it.
    func followerSpace() throws(SystemError) -> FollowerSpace {
        if let sharedSpace { return sharedSpace }
        let made = try FollowerSpace()
        sharedSpace = made
        return made
    }

    /// Asks for a tick at `time` at the latest.
    func tick(at time: Instant) {
        nextTick = nextTick.map { min($0, time) } ?? time
    }

    /// True once when the tick is due.
    func takeDueTick() -> Bool {
        guard let time = nextTick, time <= now else { return false }
        nextTick = nil
        return true
    }

    /// How long epoll may wait, in milliseconds; -1: for ever.
    var waitMilliseconds: Int32 {
        if !ready.isEmpty || !following.isEmpty { return 0 }
        var wait: Int64 = unflushed.isEmpty ? .max : IndexWriter.spacing.nanoseconds
        if let nextTick { wait = min(wait, max((nextTick - now).nanoseconds, 0)) }
        return wait == .max ? -1 : Int32(clamping: (wait + 999_999) / 1_000_000)
    }
}
