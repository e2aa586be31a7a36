// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// The logs that a command line names as one, the earliest line first.
struct LogMerge {
    /// A line and which source it is of.
    typealias Line = (source: Int, line: LogLines.Line)

    private(set) var sources: [LogSource] = []

    /// Fails when a word names nothing: nothing of the others is shown then. A plain name that no service has may be
    /// that of a log that is left.
    init(_ session: Session, _ wish: LogWish) throws(Failure) {
        let list = try Selection.list(session.client)
        for word in session.request.words {
            let selection = Selection.choose([word], among: list)
            var names = selection.services.map(\.name)
            if let failure = selection.failures.first {
                guard case .name(let name) = Selector(word) else { throw failure }
                names = [name]
            }
            for name in names where !sources.contains(where: { $0.name == name }) {
                sources += try Self.streams(of: name, at: Target.log(of: name), mayBeMissing: false, wish, session)
            }
        }
    }

    /// The logs of jobs that there are; one that has not run yet has none.
    init(jobs: [JobID], _ session: Session, _ wish: LogWish) throws(Failure) {
        for id in jobs {
            sources += try Self.streams(of: id.name.text, at: Target.log(of: id), mayBeMissing: true, wish, session)
        }
    }

    /// What stands before the lines of each source.
    var labels: [String] { sources.map(\.label) }

    /// The next line of what was there when it was asked for.
    mutating func next() throws(Failure) -> Line? {
        try Self.next(&sources)
    }

    /// What is new, the earliest first, and whether there is probably more at once.
    /// `isLast`: nothing will come after it.
    mutating func news(isLast: Bool = false) throws(Failure) -> (lines: [Line], hasMore: Bool) {
        var found: [(time: Int64, line: Line)] = []
        var hasMore = false
        for index in sources.indices {
            let news = try sources[index].news(isLast: isLast)
            var time = Int64.min
            for line in news.lines {
                time = max(time, line.at?.milliseconds ?? time)
                found.append((time, (index, line)))
            }
            hasMore = hasMore || news.hasMore
        }
        let order = found.indices.sorted { (found[$0].time, $0) < (found[$1].time, $1) }
        return (order.map { found[$0].line }, hasMore)
    }

    /// The log of a service or a job, and that of its stderr where it is kept apart.
    private static func streams(
        of name: String, at path: [String], mayBeMissing: Bool, _ wish: LogWish, _ session: Session
    ) throws(Failure) -> [LogSource] {
        func source(_ stream: String?) throws(Failure) -> LogSource {
            try LogSource(name, at: path, mayBeMissing: mayBeMissing, stream: stream, wish, session)
        }
        if wish.streams == .stderr { return [try source("stderr")] }
        let first = try source(nil)
        guard wish.streams == .both, first.hasStderr else { return [first] }
        var sources = [first, try source("stderr")]
        if let limit = wish.limit { try keepLast(limit, of: &sources) }
        return sources
    }

    /// Of several streams of one service only the last lines of all together are wanted.
    private static func keepLast(_ limit: Int, of sources: inout [LogSource]) throws(Failure) {
        var lines: [Line] = []
        while let line = try next(&sources) { lines.append(line) }
        for index in sources.indices {
            sources[index].replace(by: lines.suffix(limit).filter { $0.source == index }.map(\.line))
        }
    }

    private static func next(_ sources: inout [LogSource]) throws(Failure) -> Line? {
        var earliest: (index: Int, time: WallTime?)?
        for index in sources.indices where try sources[index].hasNext() {
            let time = try sources[index].nextTime()
            let isEarlier = earliest.map { ($0.time?.milliseconds ?? .min) > (time?.milliseconds ?? .min) } ?? true
            if isEarlier { earliest = (index, time) }
        }
        guard let index = earliest?.index, let line = try sources[index].next() else { return nil }
        return (index, line)
    }
}
