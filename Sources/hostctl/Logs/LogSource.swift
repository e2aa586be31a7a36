// SPDX-License-Identifier: Apache-2.0

internal import HostLogs
internal import HostWire

/// The wanted lines of one log of a service or a job, in their order: first those that are there, then what is new.
struct LogSource {
    let name: String
    /// Where hostd tells it.
    private let path: [String]
    /// Whether nothing may have been written yet, so that there is no log.
    private let mayBeMissing: Bool
    /// `stderr` where it is kept apart and this is its log; nil for the service's log itself.
    let stream: String?
    /// Whether stderr has a log of its own beside this one.
    private(set) var hasStderr = false
    private let wish: LogWish
    private let launch: UInt64?
    private let client: ControlClient
    /// When it was asked for: what arrives later is new.
    private let now: WallTime
    private var cursor = ""
    private var pending: ArraySlice<LogLines.Line> = []
    /// Whether what was there has not been read to its end.
    private var isReading = false
    /// The time of the line before `pending`, for lines that have none.
    private var lastTime: WallTime?

    /// Asks for the beginning; fails when there is no such service.
    init(
        _ name: String, at path: [String], mayBeMissing: Bool, stream: String?, _ wish: LogWish, _ session: Session
    ) throws(Failure) {
        self.name = name
        self.path = path
        self.mayBeMissing = mayBeMissing
        self.stream = stream
        self.wish = wish
        launch = try wish.launch(of: name)
        client = session.client
        now = session.now
        defer { sayIfApart(session) }
        if wish.isTail, let limit = wish.limit {
            let answer = try ask([("lines", "\(limit)")])
            let isOlder = wish.since.flatMap { since in answer.lines.first?.at.map { $0 < since } } ?? false
            if answer.isAll || answer.lines.count >= limit || isOlder {
                take(answer, last: limit)
                return
            }
        }
        // An answer has room for so much: the rest is looked for from the other end.
        isReading = true
        try askOn(wish.since.map { ("since", $0.text) } ?? ("after", "0:0"))
        if let limit = wish.limit { try keepLast(limit) }
    }

    /// What stands before its lines among others: `gateway`, `gateway/stderr`.
    var label: String { stream.map { "\(name)/\($0)" } ?? name }

    /// `stdout` or `stderr` where they are kept apart.
    var knownStream: String? { stream ?? (hasStderr ? "stdout" : nil) }

    /// Of a stream that was never kept apart there is nothing, which looks like silence.
    private func sayIfApart(_ session: Session) {
        guard wish.streams == .stderr, cursor == LogCursor.start.description else { return }
        session.complain("\(name) has no log of its stderr alone (log.streams = \"separate\" keeps one)")
    }

    /// When the next line arrived; nil when none is there, or its time is not known.
    mutating func nextTime() throws(Failure) -> WallTime? {
        try refill()
        return pending.first.flatMap { $0.at ?? lastTime }
    }

    /// Whether a line is there that was there when it was asked for.
    mutating func hasNext() throws(Failure) -> Bool {
        try refill()
        return !pending.isEmpty
    }

    /// The next line.
    mutating func next() throws(Failure) -> LogLines.Line? {
        try refill()
        guard let line = pending.popFirst() else { return nil }
        lastTime = line.at ?? lastTime
        return line
    }

    /// What is new, and whether there is probably more at once. When it is the last that will come, a line that is not
    /// complete is one, too.
    mutating func news(isLast: Bool) throws(Failure) -> (lines: [LogLines.Line], hasMore: Bool) {
        let answer = try ask([("after", cursor)])
        cursor = answer.cursor
        let rest = isLast && answer.isAll ? answer.rest.map { [$0] } ?? [] : []
        return ((answer.lines + rest).filter(wish.wants), !answer.isAll)
    }

    /// Puts these in the place of those that are there.
    mutating func replace(by lines: [LogLines.Line]) {
        pending = lines[...]
        lastTime = nil
    }

    /// The last lines, with the one that is not complete yet unless it will come whole.
    private mutating func take(_ answer: LogLines, last limit: Int) {
        cursor = answer.cursor
        pending = (answer.lines + rest(answer)).filter(wish.wants).suffix(limit)
    }

    private func rest(_ answer: LogLines) -> [LogLines.Line] {
        answer.rest.flatMap { wish.isFollowed ? nil : [$0] } ?? []
    }

    /// Reads on when nothing is pending.
    private mutating func refill() throws(Failure) {
        while pending.isEmpty, isReading { try askOn(("after", cursor)) }
    }

    private mutating func askOn(_ place: (key: String, value: String?)) throws(Failure) {
        let answer = try ask([place])
        // A program that never stops writing must not keep us from ending.
        let isEnough = answer.lines.last?.at.map { $0 > wish.until ?? now } ?? false
        isReading = !answer.isAll && !isEnough
        cursor = answer.cursor
        pending = (answer.lines + (answer.isAll ? rest(answer) : [])).filter(wish.wants)[...]
    }

    private mutating func keepLast(_ limit: Int) throws(Failure) {
        var kept: [LogLines.Line] = []
        while let line = try next() {
            kept.append(line)
            if kept.count >= 2 * max(limit, 512) { kept.removeFirst(kept.count - limit) }
        }
        pending = kept.suffix(limit)
        lastTime = nil
    }

    private mutating func ask(_ query: [(key: String, value: String?)]) throws(Failure) -> LogLines {
        let narrowed = query + [("stream", stream), ("instance", launch.map { "\($0)" })]
        do throws(Failure) {
            let answer = try client.get(Target(path, narrowed), as: LogLines.init(json:))
            hasStderr = answer.hasStderr
            return answer
        } catch {
            guard mayBeMissing, error.code == .noSuchName else { throw error }
            return LogLines(lines: [], cursor: cursor.isEmpty ? LogCursor.start.description : cursor)
        }
    }
}
