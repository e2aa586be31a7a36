// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// One pipe whose bytes are wanted in a log.
final class LogPipe {
    /// How far it is.
    enum Stage: Equatable {
        /// The FIFO is not open yet.
        case opening
        /// A tail is copied before the FIFO is read.
        case tailFirst
        /// Bytes come from the FIFO.
        case reading
        /// The FIFO has ended; what its keeper left in a tail is copied.
        case tailLast
        /// All bytes are in the file.
        case drained
        /// What stands at the FIFO's path is none: nothing is read until it is told anew.
        case refused
    }

    /// Whether someone has the FIFO open for writing, as far as known.
    enum Writers { case unknown, alive, gone }

    private static let relayLimit = 1 << 20

    let instance: String
    /// The number of the launch that writes into it, where its instance's name tells one (`gateway.17/out`).
    let launch: UInt64?
    let log: String
    let fifo: String
    let tail: String
    /// A second FIFO that the keeper holds, where it made one: bytes go there before they go into the file, so that
    /// the writer goes on while they are copied. What lies in it came before what lies in the FIFO.
    private var relay: Descriptor?
    /// Bytes that lie there, as far as known: only we move them, unless the keeper ends.
    private(set) var relayedBytes = 0
    /// What comes now lies behind bytes that were left in the relay or did not fit into it: the FIFO is not empty.
    private(set) var mayHoldMore = false
    /// The number that its epoll events carry.
    let slot: Int
    var stage = Stage.opening
    /// Watched by epoll.
    var isArmed = false
    /// A hang-up was reported, which means that there were writers and there are none.
    var isHungUp = false
    var writers = Writers.unknown
    /// The kernel is known to report the end of the last writer.
    var isEndCertain = false
    /// It is empty and has ended, but bytes of its log are still in memory.
    var isSpent = false
    /// No longer wanted: it goes when it is empty.
    var isLeaving = false
    /// Looks for a tail before anything more is read.
    var mustLookForTail = true
    /// When something is to be looked at again that no event tells of.
    var nextLook: Instant = .zero
    var looks = 0
    var takeover: TailTakeover?

    private var descriptor: Descriptor?
    /// The open FIFO, -1 when it is not open.
    private(set) var raw: Int32 = -1

    init(instance: String, log: String, fifo: String, tail: String, slot: Int) {
        self.instance = instance
        launch = InstanceID(String(instance.prefix { $0 != "/" }))?.launch
        self.log = log
        self.fifo = fifo
        self.tail = tail
        self.slot = slot
    }

    /// Opens the FIFO for reading, without waiting for a writer. False: there is none.
    func open() throws(SystemError) -> Bool {
        do throws(SystemError) {
            let opened = try Self.fifo(at: fifo, O_RDONLY)
            try openRelay()
            raw = opened.raw
            descriptor = consume opened
            return true
        } catch {
            if error.isMissing { return false }
            throw error
        }
    }

    private static func fifo(at path: String, _ mode: Int32) throws(SystemError) -> Descriptor {
        let opened = try Descriptor(opening: path, mode | O_NONBLOCK | O_NOFOLLOW)
        guard try FileStatus(of: opened.raw).kind == .fifo else {
            throw SystemError(code: EINVAL, call: "read", subject: path + ", which is no FIFO")
        }
        return opened
    }

    private func openRelay() throws(SystemError) {
        relay = nil
        relayedBytes = 0
        do throws(SystemError) {
            let opened = try Self.fifo(at: fifo + ".relay", O_RDWR)
            relayedBytes = max(Pipes.readable(opened.raw), 0)
            mayHoldMore = relayedBytes > 0
            relay = consume opened
        } catch {
            guard error.isMissing || error.code == EINVAL else { throw error }
        }
    }

    /// Whether what is copied holds nobody up.
    var hasRelay: Bool { relay != nil }

    /// Bytes that wait, in the relay and in the FIFO.
    var waitingBytes: Int { relayedBytes + max(Pipes.readable(raw), 0) }

    /// Where the next bytes come from.
    var source: Int32 { relayedBytes > 0 ? relay?.raw ?? raw : raw }

    /// Makes ready what is to be taken next from `source`: above zero when there may be something, 0 when the FIFO has
    /// ended, below zero: negated errno.
    func refill() -> Int {
        guard relayedBytes == 0, let relay = relay?.raw else { return 1 }
        // A keeper that moves the rest into its tail has the lock: then that comes first.
        guard (try? self.relay?.tryLock()) == true else {
            mustLookForTail = true
            return Int(-EAGAIN)
        }
        let moved = Pipes.splice(from: raw, on: relay, limit: Self.relayLimit)
        self.relay?.unlock()
        if moved > 0 { relayedBytes = moved }
        mayHoldMore = moved >= Self.relayLimit
        return moved
    }

    /// So many bytes were taken from `source`, or none for this reason.
    func noteTaken(_ result: Int) {
        guard relayedBytes > 0 else { return }
        if result > 0 { relayedBytes = max(relayedBytes - result, 0) }
        // The keeper has moved the rest.
        if result == Int(-EAGAIN) {
            relayedBytes = 0
            mustLookForTail = true
        }
    }

    /// Takes what lies there, at most a buffer full; EAGAIN when nothing does, 0 bytes when nobody writes.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        guard relayedBytes > 0 else { return try descriptor?.read(into: buffer) ?? 0 }
        do throws(SystemError) {
            let count = try relay?.read(into: buffer) ?? 0
            noteTaken(count)
            return count
        } catch {
            noteTaken(Int(-error.code))
            throw error
        }
    }

    func close() {
        descriptor = nil
        relay = nil
        relayedBytes = 0
        mayHoldMore = false
        raw = -1
    }

    /// Whether the keeper is gone: nobody holds the lock beside the FIFO, or there is none.
    var isKeeperGone: Bool {
        guard let slash = fifo.lastIndex(of: "/") else { return true }
        do throws(SystemError) {
            let lock = try Descriptor(opening: String(fifo[..<slash]) + "/lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            return try !lock.isLockedElsewhere()
        } catch {
            return error.isMissing
        }
    }

    /// The kernel reports a hang-up only to a reader that saw a writer. So we are a writer for a moment: afterwards a
    /// hang-up means that nobody else has the FIFO open for writing, and none means that somebody has.
    func lookForWriters() {
        do throws(SystemError) {
            _ = try Descriptor(opening: fifo, O_WRONLY | O_NONBLOCK | O_NOFOLLOW)
            writers = Pipes.isHungUp(raw) ? .gone : .alive
        } catch {
            writers = .unknown
        }
    }
}
