// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// One log: its file and the pipes that flow into it, in the order in which they were named.
final class Log {
    let name: String
    let folder: String
    let tools: Tools
    var settings: LogSpecification
    var isWanted = true
    /// Its settings were told.
    var isTold = false
    var isQueued = false
    var isIndexQueued = false
    var pipes: [LogPipe] = []
    var file: LogFile?
    private(set) lazy var followers = LogFollowers(self)
    /// The pipe whose tail is being copied: nothing else moves meanwhile.
    var takeover: LogPipe?
    /// The pipe whose bytes came last, and when.
    var lastMover: LogPipe?
    var lastMove: Instant = .zero
    /// With several pipes: the one whose line is under way, until when the others wait for its end.
    var lineOwner: LogPipe?
    var lineDeadline: Instant = .zero
    /// Set while the disk refuses: nothing is tried before.
    var retryAt: Instant?
    /// What was reported and is still so.
    private(set) var trouble: String?
    /// What `rotationDue` came to, and of what.
    var knownDue: (began: Int64, schedule: LogSchedule, at: Int64)?
    /// Which pipes epoll watches may have to change.
    var mustRearm = false
    /// The program ends: what is in the pipes is left to the next one.
    var isEnding = false
    /// The disk refuses and bytes go into memory meanwhile.
    private(set) var isSpilling = false
    /// What is kept in memory and the count of what is lost, until the disk has taken all of it.
    var spill: Spill?
    /// Why the disk refused, in a word for the line that tells of the loss.
    private(set) var spillReason = ""

    var maxSize: Int64 { Int64(clamping: min(settings.maxSizeBytes, 1 << 60)) }

    init(name: String, folder: String, tools: Tools, settings: LogSpecification) {
        self.name = name
        self.folder = folder
        self.tools = tools
        self.settings = settings
    }

    /// Moves what can be moved now, one share a pipe.
    func serve() {
        if let retryAt {
            guard retryAt <= tools.now else {
                spillPipes()
                return rearm()
            }
            self.retryAt = nil
            isSpilling = false
            mustRearm = true
            for pipe in pipes { pipe.mustLookForTail = true }
        }
        do throws(SystemError) {
            try openFile()
            followers.adjust()
            try servePipes()
            if trouble != nil { tools.reserve?.keep(for: folder) }
            trouble = nil
        } catch {
            fail(error)
            spillPipes()
        }
        awaitRotation()
        if file?.isIndexPending == true { tools.flushLater(self) }
        followers.wake()
        if mustRearm || pipes.count > 1 { rearm() }
    }

    /// What no event tells of: retries, FIFOs that are not there yet, silent pipes, an owner of the line that is slow.
    func tick() {
        if let retryAt {
            retryAt <= tools.now ? tools.queue(self) : tools.tick(at: retryAt)
        }
        isTimeUp ? tools.queue(self) : awaitRotation()
        if lineOwner != nil {
            lineDeadline <= tools.now ? tools.queue(self) : tools.tick(at: lineDeadline)
        }
        followers.tick()
        for pipe in pipes where needsLooks(pipe) {
            pipe.nextLook <= tools.now ? tools.queue(self) : tools.tick(at: pipe.nextLook)
        }
    }

    func flushIndexIfDue() -> Bool {
        guard file?.flushIndexIfDue(now: tools.now) ?? true else { return false }
        followers.wake()
        return true
    }

    /// The end of what there is; nil while there is no file.
    var place: FollowerPlace? {
        guard let inode = file?.inode, let end = file?.end else { return nil }
        return FollowerPlace(inode: inode, offset: end, after: RotatedName.text(Clock.wallMicroseconds))
    }

    /// Reports an error once and tries again later; the bytes stay in the pipes.
    func fail(_ error: SystemError) {
        retryAt = tools.now + Tools.retryDelay
        tools.tick(at: tools.now + Tools.retryDelay)
        mustRearm = true
        let busy = error.code == EWOULDBLOCK && error.call == "lock"
        isSpilling = settings.whenFull == .drop && !busy && !isEnding
        spillReason = error.isFullDisk ? "disk full" : errorText(error.code)
        guard trouble == nil else { return }
        let reason = busy ? "another process holds \(error.subject)" : "\(error)"
        let until =
            isSpilling
            ? "lines are kept in memory, \(Spill.limitBytes >> 20) MiB at most, then dropped and counted"
            : "the bytes stay in the pipe"
        trouble = reason + "; \(until), tried again each second"
        repeatTrouble()
    }

    /// Tells of an error that lasts to whoever did not hear of it.
    func repeatTrouble() {
        if let trouble { tools.reply(.error(name: name, text: trouble)) }
    }

    /// Removes rotated files that the settings let go. That this cannot be done is no reason to stop capturing.
    func prune() {
        do throws(SystemError) {
            try Rotation.prune(folder, settings.retention)
        } catch {
            tools.reply(.error(name: name, text: "\(error); more rotated files are kept than shall be"))
        }
    }

    private func openFile() throws(SystemError) {
        let finding = try file?.refresh() ?? .gone
        if finding == .same { return }
        // What the copying of a tail has come to is seen from the file that there is now.
        for pipe in pipes { pipe.takeover = nil }
        if finding == .anew { return }
        file = nil
        try LogFolder.check(name, below: String(folder.dropLast(name.utf8.count + 1)))
        if let slash = name.lastIndex(of: "/") {
            try Files.makeFolder(String(folder.dropLast(name[slash...].count)), mode: 0o750)
        }
        try Files.makeFolder(folder, mode: 0o750)
        file = try openWithReserve()
        prune()
        tools.reserve?.keep(for: folder)
    }

    /// What is to be made takes little room, which is kept for it.
    private func openWithReserve() throws(SystemError) -> LogFile {
        do throws(SystemError) {
            return try LogFile(folder: folder)
        } catch {
            guard error.isFullDisk, tools.reserve?.giveBack(for: folder) == true else { throw error }
            return try LogFile(folder: folder)
        }
    }

    private func servePipes() throws(SystemError) {
        if takeover == nil { takeover = pipes.first { $0.stage == .opening && TailTakeover.isUnderWay($0.tail) } }
        if let pipe = takeover {
            if pipe.stage == .opening { pipe.stage = .tailFirst }
            guard try advanceTail(pipe) else { return tools.queue(self) }
        }
        guard try settleSpill() else { return }
        try rotateIfDue()
        if lineOwner != nil, lineDeadline <= tools.now { releaseLine() }
        for pipe in pipes {
            let isBusy = try advance(pipe)
            if takeover != nil { return tools.queue(self) }
            if isBusy { break }
        }
        if pipes.contains(where: { $0.isLeaving }) { removeEmptyLeavers() }
    }

    private func removeEmptyLeavers() {
        for pipe in pipes where pipe.isLeaving {
            let isEmpty = pipe.raw < 0 || pipe.waitingBytes == 0
            guard pipe.stage == .drained || pipe.stage == .refused || (isEmpty && takeover !== pipe) else { continue }
            close(pipe)
            pipe.stage = .drained
            tools.forget(pipe)
        }
        pipes.removeAll { $0.isLeaving && $0.stage == .drained }
    }
}
