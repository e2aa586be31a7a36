// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Shows the logs of jobs, what is there and what is new, until they are over.
struct JobFollower {
    /// hostd is asked at most so often whether they are.
    private static let pause: Duration = .milliseconds(500)

    private let session: Session
    private let ids: [JobID]
    /// Whether one that is held is followed on.
    private let throughHold: Bool

    init(_ ids: [JobID], _ session: Session, throughHold: Bool) {
        self.ids = ids
        self.session = session
        self.throughHold = throughHold
    }

    /// Shows the lines that `wish` wants, to the end of the last job or until `deadline`.
    func run(_ wish: LogWish, until deadline: Instant? = nil) throws(Failure) {
        // Whether there are such jobs: one that never ran has no log, and is no error.
        var open = try stillOpen(ids)
        var merge = try LogMerge(jobs: ids, session, wish)
        let printer = LogPrinter(session, labels: merge.labels)
        while let line = try merge.next() { printer.show(line.line, of: merge.sources[line.source]) }
        guard wish.isFollowed else { return }
        var askedAt = Clock.now
        try Following.run(
            session,
            toEnd: { () throws(Failure) in
                let wasOver = open.isEmpty
                let news = try merge.news(isLast: wasOver)
                for line in news.lines { printer.show(line.line, of: merge.sources[line.source]) }
                if news.hasMore { return .more }
                // What was written before the end is there once the end is known: one more look after it.
                if wasOver || deadline.map({ Clock.now >= $0 }) ?? false { return .end }
                if Clock.now - askedAt >= Self.pause {
                    open = try stillOpen(open)
                    askedAt = Clock.now
                    if open.isEmpty { return .more }
                }
                return .pause
            })
    }

    private func stillOpen(_ ids: [JobID]) throws(Failure) -> [JobID] {
        var open: [JobID] = []
        for id in ids {
            let job = try session.client.get(.job(id), as: JobStatus.init(json:)).brief
            let isOver = job.phase?.isFinal ?? false || (job.phase == .held && !throughHold)
            if !isOver { open.append(id) }
        }
        return open
    }
}
