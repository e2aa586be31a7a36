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

    let instance: String
    /// The number of the launch that writes into it, where its instance's name tells one (`gateway.17/out`).
    let launch: UInt64?
    let log: String
    let fifo: String
    let tail: String
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
            let opened = try Descriptor(opening: fifo, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
            guard try FileStatus(of: opened.raw).kind == .fifo else {
                throw SystemError(code: EINVAL, call: "read", subject: fifo + ", which is no FIFO")
            }
            raw = opened.raw
            descriptor = consume opened
            return true
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return false }
            throw error
        }
    }

    /// Takes what lies there, at most a buffer full; EAGAIN when nothing does, 0 bytes when nobody writes.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        try descriptor?.read(into: buffer) ?? 0
    }

    func close() {
        descriptor = nil
        raw = -1
    }

    /// Whether the keeper is gone: nobody holds the lock beside the FIFO, or there is none.
    var isKeeperGone: Bool {
        guard let slash = fifo.lastIndex(of: "/") else { return true }
        do throws(SystemError) {
            let lock = try Descriptor(opening: String(fifo[..<slash]) + "/lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            return try !lock.isLockedElsewhere()
        } catch {
            return error.code == ENOENT || error.code == ENOTDIR
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
