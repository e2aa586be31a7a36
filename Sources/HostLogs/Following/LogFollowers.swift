// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// Those who follow one log, as its settings have it.
final class LogFollowers {
    private unowned let log: Log
    private var inline: Follower?
    private var journal: Follower?
    private var isAdjusted = false
    /// Who wrote what follows an offset of a file, as far as it is remembered.
    private var authors: [(inode: UInt64, offset: Int64, instance: String?)] = []
    private static let authorLimit = 64

    init(_ log: Log) {
        self.log = log
    }

    private var all: [Follower] { [inline, journal].compactMap(\.self) }

    /// The settings or the files may be others. Before anything is moved into a new file.
    func adjust() {
        let wantsInline = log.settings.timestamps == .inline
        let wantsJournal = log.settings.isForwarded
        guard log.isTold,
            !isAdjusted || wantsInline != (inline != nil) || wantsJournal != (journal != nil), let file = log.place
        else { return }
        if !isAdjusted || wantsInline != (inline != nil) {
            let sink = InlineSink(log)
            inline = wantsInline ? make(sink, file) : nil
            if !wantsInline { sink.forget() }
        }
        if !isAdjusted || wantsJournal != (journal != nil) {
            let sink = JournalSink(log, followers: self)
            journal = wantsJournal ? make(sink, file) : nil
            if !wantsJournal { sink.forget() }
        }
        isAdjusted = true
    }

    private func make(_ sink: any FollowerSink, _ first: FollowerPlace) -> Follower {
        let follower = Follower(sink, log: log.name, folder: log.folder, first: first, tools: log.tools)
        // Before anything is moved: killed before it has recorded its place, it would begin behind what was.
        follower.prepare()
        return follower
    }

    /// There may be lines to take.
    func wake() {
        if let inline { log.tools.follow(inline) }
        if let journal { log.tools.follow(journal) }
    }

    /// Time has passed.
    func tick() {
        for follower in all {
            guard let time = follower.wakeAt else { continue }
            time <= log.tools.now ? log.tools.follow(follower) : log.tools.tick(at: time)
        }
    }

    /// `current` got this name.
    func noteRotation(_ name: String) {
        for follower in all { follower.noteRotation(name) }
    }

    /// Whether somebody waits for a turn.
    var areQueued: Bool { all.contains { $0.isQueued } }

    /// Before the end of the program.
    func finish() {
        for follower in all { follower.finish(parts: 256) }
    }

    /// What comes now is from this pipe; nil: from several.
    func noteAuthor(_ pipe: String?) {
        guard journal != nil, let inode = log.file?.inode, let end = log.file?.end else { return }
        let instance = pipe.map { String($0.prefix { $0 != "/" }) }
        if let last = authors.last, last.inode == inode, last.instance == instance { return }
        authors.append((inode, end, instance))
        if authors.count > Self.authorLimit { authors.removeFirst() }
    }

    /// The instance that wrote what stands at this place; nil when that is not known.
    func author(of place: FollowerPlace) -> String? {
        authors.last { $0.inode == place.inode && $0.offset <= place.offset }?.instance
    }
}
