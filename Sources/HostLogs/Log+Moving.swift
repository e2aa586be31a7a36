// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Moving bytes from pipes to the file.
extension Log {
    /// A line may be so long after the size for rotation is reached; then it is cut.
    private static let longestLine = Int64(LookAhead.reach)
    static let lineWait: Duration = .seconds(1)

    /// Moves one share of `pipe`; true when more lies there.
    func pump(_ pipe: LogPipe) throws(SystemError) -> Bool {
        if isSpilling { return try spill(pipe) }
        var left = tools.share
        while left > 0 {
            let room = isTimeUp ? 0 : (file?.end).map { maxSize - $0 } ?? 0
            let bite = pipe.hasRelay ? max(left, Tools.bite) : Tools.bite
            let asked = room > 0 ? Int(min(Int64(bite), room)) : 0
            let moved = asked > 0 ? take(pipe, asked) : try takeToLineEnd(pipe)
            if moved == Int(-EAGAIN) { break }
            if moved < 0 { throw SystemError(code: Int32(-moved), call: "write", subject: folder + "/current") }
            if moved == 0 {
                if pipe.isHungUp { end(pipe) }
                break
            }
            left -= moved
            noteMove(of: pipe)
            try rotateIfDue()
            // Less than asked for: it is empty now, unless the disk is filling up. Should it not be, epoll says so.
            if moved < asked && pipe.relayedBytes == 0 && !pipe.mayHoldMore && trouble == nil { break }
        }
        // No event tells of these.
        if pipe.relayedBytes > 0 { tools.queue(self) }
        if pipe.mustLookForTail {
            mustRearm = true
            lookAgain(pipe)
        }
        return left <= 0
    }

    /// Rotates when `current` has its size or its age and ends with a line.
    func rotateIfDue() throws(SystemError) {
        guard let end = file?.end, end >= maxSize || isTimeUp, file?.endsWithLine() == true else { return }
        try rotate(isCut: false)
    }

    private func rotate(isCut: Bool) throws(SystemError) {
        do {
            try file?.rotate(isCut: isCut)
        } catch {
            // Opening it anew finishes what was begun; for that room is kept.
            file = nil
            guard error.isFullDisk, tools.reserve?.giveBack(for: folder) == true else { throw error }
            file = try LogFile(folder: folder)
        }
        if let name = file?.lastRotated { followers.noteRotation(name) }
        prune()
        tools.reserve?.keep(for: folder)
        tools.needTending()
    }

    private func take(_ pipe: LogPipe, _ limit: Int) -> Int {
        followers.noteAuthor(pipe.instance)
        let ready = pipe.refill()
        guard ready > 0 else { return ready }
        // Said before the bytes are there: a kill in between costs a word too many, and no line its launch.
        if let launch = pipe.launch, file?.launch != launch, pipe.waitingBytes > 0 {
            file?.begin(launch: launch, now: tools.now)
        }
        let moved = file?.take(from: pipe.source, limit: limit, of: pipe.launch, now: tools.now) ?? Int(-EAGAIN)
        pipe.noteTaken(moved)
        return moved
    }

    /// `current` has its size: no more than the line under way.
    private func takeToLineEnd(_ pipe: LogPipe) throws(SystemError) -> Int {
        guard let end = file?.end else { return Int(-EAGAIN) }
        let room = maxSize + Self.longestLine - end
        if room <= 0 {
            try rotate(isCut: true)
            return take(pipe, Int(min(maxSize, Int64(Tools.bite))))
        }
        let ready = pipe.refill()
        guard ready > 0 else { return ready }
        let count = tools.lookAhead.bytesToLineEnd(in: pipe.source, limit: Int(room))
        if count <= 0 { pipe.noteTaken(count) }
        return count > 0 ? take(pipe, count) : count
    }

    /// So that lines of several pipes do not run into each other, one that another pipe has begun is waited for.
    func mayMove(_ pipe: LogPipe) -> Bool {
        if let lineOwner { return lineOwner === pipe }
        guard let last = lastMover, last !== pipe, last.stage == .reading, endsWithLine == false else { return true }
        guard tools.now < lastMove + Self.lineWait else { return true }
        waitForLine(of: last)
        return false
    }

    /// Lets no other pipe's bytes follow before the line of this one has its end, or its time is up.
    func waitForLine(of pipe: LogPipe) {
        lineDeadline = lastMove + Self.lineWait
        lineOwner = pipe
        mustRearm = true
        tools.tick(at: lineDeadline)
    }

    /// Whether what came last ended a line, be it in the file or in memory; nil when there is neither.
    private var endsWithLine: Bool? { (spill?.isInLine).map { !$0 } ?? file?.endsWithLine() }

    func noteMove(of pipe: LogPipe) {
        lastMover = pipe
        lastMove = tools.now
        guard lineOwner === pipe else { return }
        if endsWithLine != false {
            releaseLine()
        } else {
            lineDeadline = tools.now + Self.lineWait
        }
    }

    func releaseLine() {
        lineOwner = nil
        mustRearm = true
        tools.queue(self)
    }
}

extension Log {
    /// Before the end of the program: finishes a tail that has been begun and moves what lies in the pipes now.
    func drain() {
        isEnding = true
        retryAt = nil
        serve()
        while takeover != nil, retryAt == nil { serve() }
        for pipe in pipes where pipe.stage == .reading {
            releaseLine()
            var left = pipe.waitingBytes
            while left > 0, retryAt == nil, pipe.stage == .reading {
                let before = pipe.waitingBytes
                do throws(SystemError) {
                    _ = try pump(pipe)
                } catch {
                    fail(error)
                }
                left -= max(before, 1)
            }
        }
        abandonSpill()
        file?.flushIndex(now: tools.now)
        followers.finish()
    }
}
