// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// `when_full = "drop"`: while the disk refuses, bytes go from the pipes into memory, and what does not fit is counted.
extension Log {
    /// Takes what lies in the pipes into memory, one share a pipe.
    func spillPipes() {
        guard isSpilling else { return }
        if lineOwner != nil, lineDeadline <= tools.now { releaseLine() }
        for pipe in pipes {
            // What is wrong with one pipe is seen again when the disk takes bytes.
            if (try? advance(pipe)) == true { break }
        }
    }

    /// Moves one share of `pipe` into memory; true when more lies there.
    func spill(_ pipe: LogPipe) throws(SystemError) -> Bool {
        let buffer = tools.lookAhead.buffer
        var left = tools.share
        while left > 0 {
            let count: Int
            do throws(SystemError) {
                count = try pipe.read(into: buffer)
            } catch {
                if error.code == EAGAIN { break }
                throw error
            }
            if count == 0 {
                if pipe.isHungUp { end(pipe) }
                break
            }
            try takeIntoSpill(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            left -= count
            noteMove(of: pipe)
        }
        return left <= 0
    }

    /// Writes what is kept, then the line that says what is lost; true when nothing of it is left. Nothing else may be
    /// written before.
    func settleSpill() throws(SystemError) -> Bool {
        guard spill != nil else { return true }
        try writeSpill()
        if spill?.loss != nil {
            guard try endLostLine() else { return false }
            try writeMarker()
        }
        forgetSpill()
        return true
    }

    /// Nobody will write what is kept: all of it is lost.
    func abandonSpill() {
        spill?.giveUp()
        if let loss = spill?.loss { tools.reply(.lost(name: name, loss)) }
        forgetSpill()
    }

    private func takeIntoSpill(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        if spill == nil { spill = try Spill(isInLine: file?.endsWithLine() == false) }
        let before = spill?.usedBytes ?? 0
        spill?.take(bytes, at: Clock.wallMicroseconds, room: Tools.spillLimit - tools.spilledBytes)
        tools.spilledBytes += (spill?.usedBytes ?? 0) - before
    }

    private func forgetSpill() {
        tools.spilledBytes -= spill?.usedBytes ?? 0
        spill = nil
        for pipe in pipes {
            pipe.isSpent = false
            pipe.mustLookForTail = true
        }
        mustRearm = true
    }

    private func writeSpill() throws(SystemError) {
        file?.flushIndex(now: tools.now)
        followers.noteAuthor(nil)
        while file != nil, let (bytes, wall) = spill?.front {
            let count = min(bytes.count, lengthBeforeRotation(bytes))
            let part = UnsafeRawBufferPointer(rebasing: bytes[..<count])
            let written = try file?.append(part, arrivedAt: wall) ?? 0
            let before = spill?.usedBytes ?? 0
            spill?.consume(written)
            tools.spilledBytes -= before - (spill?.usedBytes ?? 0)
            try rotateIfDue()
        }
    }

    /// How many of these bytes may be written before the file is looked at for its rotation.
    private func lengthBeforeRotation(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = isTimeUp ? 0 : (file?.end).map { maxSize - $0 } ?? 0
        if room > 0 { return Int(min(room, Int64(bytes.count))) }
        return bytes.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
    }

    /// So that the count is of whole lines, the end of the lost line under way is waited for as between pipes; false
    /// while it is.
    private func endLostLine() throws(SystemError) -> Bool {
        while spill?.isInLine == true {
            guard let pipe = lastMover, pipe.stage == .reading, pipe.raw >= 0 else { break }
            let count = tools.lookAhead.bytesToLineEnd(in: pipe.source, limit: LookAhead.reach)
            if count <= 0 {
                let isOver = isEnding || pipe.isHungUp || lastMove + Self.lineWait <= tools.now
                if isOver { break }
                waitForLine(of: pipe)
                // Its bytes are waited for; a tail is looked for afterwards.
                pipe.mustLookForTail = false
                return false
            }
            let buffer = UnsafeMutableRawBufferPointer(rebasing: tools.lookAhead.buffer[..<count])
            let taken = try pipe.read(into: buffer)
            try takeIntoSpill(UnsafeRawBufferPointer(rebasing: buffer[..<taken]))
            noteMove(of: pipe)
        }
        spill?.endLine()
        return true
    }

    private func writeMarker() throws(SystemError) {
        guard let loss = spill?.loss else { return }
        let start = file?.endsWithLine() == false ? "\n" : ""
        try file?.appendMarker("\(start)hostd: \(loss.text): \(spillReason)\n", now: tools.now)
        tools.reply(.lost(name: name, loss))
    }
}
