// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// A pipe's way: opened, its tail first, read, its tail last, drained.
extension Log {
    /// A keeper that is just starting is looked for after 1, 2, 4, 8, 16 and then each 20 ms, after a second each
    /// second.
    private static func delay(looks: Int) -> Duration {
        looks < 50 ? .milliseconds(min(1 << min(looks, 5), 20)) : Tools.retryDelay
    }

    /// Does for a pipe what is due; true when more of its bytes wait, so that later pipes must.
    func advance(_ pipe: LogPipe) throws(SystemError) -> Bool {
        switch pipe.stage {
        case .drained, .refused, .tailFirst, .tailLast: return false
        case .opening:
            // What a later launch says must not come before its words.
            let isFollowed = pipes.last !== pipe
            guard pipe.nextLook <= tools.now || isFollowed, try open(pipe), mayMove(pipe) else { return false }
            return try pump(pipe)
        case .reading:
            guard mayMove(pipe) else { return false }
            if pipe.mustLookForTail, try !lookForTail(pipe) { return false }
            if !pipe.isEndCertain { lookForWriters(pipe) }
            return pipe.raw >= 0 ? try pump(pipe) : false
        }
    }

    /// Goes on copying the tail; true when it is done.
    func advanceTail(_ pipe: LogPipe) throws(SystemError) -> Bool {
        mustRearm = true
        if pipe.takeover == nil, let end = file?.end { pipe.takeover = try TailTakeover(pipe.tail, logEnd: end) }
        if try copyTail(pipe) == false { return false }
        pipe.takeover = nil
        takeover = nil
        if pipe.stage == .tailLast {
            finish(pipe)
        } else {
            pipe.stage = pipe.raw >= 0 ? .reading : .opening
        }
        return true
    }

    private func copyTail(_ pipe: LogPipe) throws(SystemError) -> Bool {
        guard pipe.takeover != nil, file != nil else { return true }
        // Taken out and put back, since two parts of one object cannot be changed in one call.
        guard var log = file.take(), let tail = pipe.takeover.take() else { return true }
        let isDone: Bool
        if let launch = pipe.launch, log.launch != launch { log.begin(launch: launch, now: tools.now) }
        followers.noteAuthor(pipe.instance)
        do throws(SystemError) {
            isDone = try tail.copy(into: &log, through: tools.lookAhead.buffer, limit: tools.share, now: tools.now)
        } catch {
            file = consume log
            throw error
        }
        file = consume log
        pipe.takeover = consume tail
        return isDone
    }

    /// Opens the FIFO; false when there is nothing to read yet or any more.
    private func open(_ pipe: LogPipe) throws(SystemError) -> Bool {
        guard try lookForTail(pipe) else { return false }
        do throws(SystemError) {
            if pipe.raw < 0, try !pipe.open() {
                pipe.isKeeperGone ? end(pipe) : lookAgain(pipe)
                return false
            }
        } catch {
            guard error.code == EINVAL || error.code == ELOOP || error.code == ENXIO else { throw error }
            pipe.stage = .refused
            tools.reply(.error(name: name, text: "\(error); \(pipe.instance) is not read"))
            return false
        }
        pipe.stage = .reading
        pipe.isEndCertain = false
        pipe.nextLook = tools.now
        mustRearm = true
        lookForWriters(pipe)
        return pipe.stage == .reading
    }

    /// False when a tail has to be copied first, or is still being written by the keeper.
    private func lookForTail(_ pipe: LogPipe) throws(SystemError) -> Bool {
        pipe.mustLookForTail = false
        guard Files.exists(pipe.tail) else { return true }
        // What is in memory came before.
        guard spill == nil else {
            pipe.mustLookForTail = true
            lookAgain(pipe)
            return false
        }
        // A hang-up means that the keeper has closed its files: the tail is whole.
        guard pipe.isHungUp || pipe.isKeeperGone else {
            pipe.mustLookForTail = true
            lookAgain(pipe)
            return false
        }
        pipe.stage = .tailFirst
        takeover = pipe
        return false
    }

    /// Finds out whether the kernel will tell us of the end; a pipe that is empty, without writers and without a keeper
    /// has ended.
    private func lookForWriters(_ pipe: LogPipe) {
        guard pipe.nextLook <= tools.now else { return }
        pipe.lookForWriters()
        mustRearm = true
        let isEmpty = pipe.waitingBytes == 0
        pipe.isEndCertain = pipe.writers == .alive || (pipe.writers == .gone && !isEmpty)
        if pipe.isEndCertain { return }
        if isEmpty, pipe.isKeeperGone { end(pipe) } else { lookAgain(pipe) }
    }

    func lookAgain(_ pipe: LogPipe) {
        let wasDue = pipe.nextLook <= tools.now
        pipe.nextLook = tools.now + Self.delay(looks: pipe.looks)
        if wasDue { pipe.looks += 1 }
        tools.tick(at: pipe.nextLook)
    }

    private func finish(_ pipe: LogPipe) {
        pipe.stage = .drained
        file?.flushIndex(now: tools.now)
        tools.reply(.drained(instance: pipe.instance))
    }

    /// All bytes of the FIFO are in the file, or will be when those in memory are.
    func end(_ pipe: LogPipe) {
        guard spill == nil else {
            pipe.isSpent = true
            mustRearm = true
            return
        }
        close(pipe)
        if lineOwner === pipe { releaseLine() }
        if Files.exists(pipe.tail) {
            pipe.stage = .tailLast
            takeover = pipe
        } else {
            finish(pipe)
        }
    }

    func close(_ pipe: LogPipe) {
        if pipe.isArmed { tools.epoll.remove(pipe.raw) }
        pipe.isArmed = false
        pipe.close()
    }

    /// Lets epoll watch exactly the pipes that may be read now: one that may not would wake us for ever.
    func rearm() {
        mustRearm = false
        for pipe in pipes {
            let isFree = isSpilling || (retryAt == nil && takeover == nil)
            let isItsTurn = lineOwner == nil || lineOwner === pipe
            let isReadable = pipe.stage == .reading && !pipe.mustLookForTail && !pipe.isSpent
            let shall = isFree && isItsTurn && isReadable && (pipe.isEndCertain || pipe.writers == .unknown)
            guard shall != pipe.isArmed else { continue }
            do throws(SystemError) {
                if shall {
                    try tools.epoll.add(pipe.raw, .readable, token: UInt64(pipe.slot))
                } else {
                    tools.epoll.remove(pipe.raw)
                }
                pipe.isArmed = shall
            } catch {
                fail(error)
            }
        }
    }

    func needsLooks(_ pipe: LogPipe) -> Bool {
        switch pipe.stage {
        case .opening: true
        case .reading: !pipe.isEndCertain || pipe.mustLookForTail
        default: false
        }
    }
}
