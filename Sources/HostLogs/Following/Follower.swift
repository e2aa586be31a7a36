// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Goes through the files of a log behind those who write them, and gives the lines to a sink. The log file is the
/// queue: a sink that cannot take any more holds up nobody.
final class Follower {
    private static let shortestDelay: Duration = .milliseconds(4)
    private static let longestDelay: Duration = .milliseconds(256)

    let sink: any FollowerSink
    var isQueued = false
    private let log: String
    private let files: FollowedFiles
    private let tools: Tools
    /// Where it begins when it has never begun.
    private let first: FollowerPlace
    private var file: FollowedFile?
    private var offset: Int64 = 0
    private var retryAt: Instant?
    private var busyDelay = shortestDelay
    private var trouble: String?

    init(_ sink: any FollowerSink, log: String, folder: String, first: FollowerPlace, tools: Tools) {
        self.sink = sink
        self.log = log
        files = FollowedFiles(folder: folder)
        self.first = first
        self.tools = tools
    }

    /// When it is to be served though nothing came; nil: never.
    var wakeAt: Instant? { retryAt ?? sink.settleAt }

    /// `current` got this name.
    func noteRotation(_ name: String) {
        if file?.name == nil { file?.name = name }
    }

    /// Records where it begins, before there is anything to take. What cannot be done now is done later.
    func prepare() {
        do throws(SystemError) {
            try begin()
        } catch {
            fail(error)
        }
    }

    /// Gives the sink a few parts; true when more lies there.
    func serve(parts: Int) -> Bool {
        if let retryAt {
            guard retryAt <= tools.now else { return false }
            self.retryAt = nil
        }
        var isBehind = true
        do throws(SystemError) {
            if file == nil { try begin() }
            var taken = 0
            while isBehind, taken < parts {
                isBehind = try servePart()
                taken += 1
            }
            if let place { try sink.record(place, isBoundary: false) }
            try sink.settle()
            trouble = nil
        } catch {
            fail(error)
            isBehind = false
        }
        if let wakeAt { tools.tick(at: wakeAt) }
        return isBehind
    }

    /// Lets it come to the end of what there is, as far as its sink takes it.
    func finish(parts: Int) {
        retryAt = nil
        _ = serve(parts: parts)
    }

    private var place: FollowerPlace? {
        file.map { FollowerPlace(inode: $0.inode, offset: offset, after: $0.after) }
    }

    private func begin() throws(SystemError) {
        let place = try sink.restore(in: files) ?? first
        if let found = try files.open(inode: place.inode) {
            file = found
            offset = place.offset
        } else {
            file = try files.open(after: place.after)
            offset = 0
        }
        try recordBoundary()
    }

    /// True when there may be more.
    private func servePart() throws(SystemError) -> Bool {
        guard let file else { return false }
        let status = try file.status()
        if status.size < offset {
            // Somebody has cut it off.
            offset = 0
            try recordBoundary()
        }
        let isFinished = file.name != nil || status.links == 0
        if offset == status.size { return isFinished ? try moveOn() : false }
        let buffer = try tools.followerSpace().input
        let count = try file.read(into: buffer, at: offset)
        let part = FollowedPart(
            bytes: UnsafeRawBufferPointer(rebasing: buffer[..<count]), file: file, offset: offset,
            isLast: isFinished && offset + Int64(count) >= status.size, isFull: count == buffer.count)
        let taken = try sink.take(part)
        offset += Int64(taken)
        if taken > 0 { busyDelay = Self.shortestDelay }
        return taken > 0
    }

    private func moveOn() throws(SystemError) -> Bool {
        guard let file, let next = try files.open(after: file.after), next.inode != file.inode else { return false }
        self.file = next
        offset = 0
        try recordBoundary()
        return true
    }

    private func recordBoundary() throws(SystemError) {
        if let place { try sink.record(place, isBoundary: true) }
    }

    private func fail(_ error: SystemError) {
        let isBusy = error.code == EAGAIN
        retryAt = tools.now + (isBusy ? busyDelay : Tools.retryDelay)
        if isBusy { busyDelay = min(busyDelay * 2, Self.longestDelay) }
        if busyDelay == Self.longestDelay || !isBusy { leaveRemovedFile() }
        guard trouble == nil, !isBusy else { return }
        let text = "\(sink.title): \(error); lines wait in the log, tried again each second"
        trouble = text
        tools.reply(.error(name: log, text: text))
    }

    /// A file that was removed takes room as long as it is open.
    private func leaveRemovedFile() {
        guard let file, let status = try? file.status(), status.links == 0,
            let next = try? files.open(after: file.after)
        else { return }
        sink.passOver(status.size - offset)
        self.file = next
        offset = 0
    }
}
