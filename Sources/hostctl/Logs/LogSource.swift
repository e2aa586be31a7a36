// SPDX-License-Identifier: Apache-2.0

internal import HostLogs
internal import HostWire

/// The wanted lines of one service's log, in their order: first those that are there, then what is new.
struct LogSource {
    /// An answer with less text and fewer lines than this had room for more: it holds all there is.
    private static let roomyBytes = 2 << 20
    private static let roomyLines = 1000

    let name: String
    private let wish: LogWish
    private let client: ControlClient
    /// When it was asked for: what arrives later is new.
    private let now: WallTime
    private var cursor = LogCursor.start.description
    private var pending: ArraySlice<LogLines.Line> = []
    /// Whether what was there has not been read to its end.
    private var isReading = false
    /// The time of the line before `pending`, for lines that have none.
    private var lastTime: WallTime?

    /// Asks for the beginning; fails when there is no such service.
    init(_ name: String, _ wish: LogWish, _ session: Session) throws(Failure) {
        self.name = name
        self.wish = wish
        client = session.client
        now = session.now
        guard try !beginAtTail() else { return }
        cursor = LogCursor.start.description
        isReading = true
        if let limit = wish.limit { try keepLast(limit) }
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

    /// What is new, and whether there is probably more at once.
    mutating func news() throws(Failure) -> (lines: [LogLines.Line], hasMore: Bool) {
        let answer = try client.get(.lines(after: cursor, of: name), as: LogLines.init(json:))
        cursor = answer.cursor
        return (answer.lines.filter(wish.wants), Self.textBytes(answer) >= Self.roomyBytes)
    }

    /// Takes the last lines when those hold all that is wanted; false when more has to be read.
    private mutating func beginAtTail() throws(Failure) -> Bool {
        guard wish.isTail || wish.since != nil else { return false }
        var count = wish.isTail ? wish.limit ?? 0 : Self.roomyLines
        while true {
            // To ask for no line is to ask where the log ends.
            let answer = try client.get(.lastLines(max(count, 1), of: name), as: LogLines.init(json:))
            let isWhole =
                answer.lines.count < min(count, Self.roomyLines) && Self.textBytes(answer) < Self.roomyBytes
            let isEnough =
                if let since = wish.since {
                    answer.lines.first?.at.map { $0 < since } ?? answer.lines.isEmpty
                } else {
                    answer.lines.count >= count
                }
            if isWhole || isEnough {
                cursor = answer.cursor
                let wanted = answer.lines.filter(wish.wants)
                pending = wanted.suffix(wish.limit ?? wanted.count)
                return true
            }
            guard answer.lines.count >= count, !wish.isTail else { return false }
            count *= 16
        }
    }

    /// Reads on when nothing is pending.
    private mutating func refill() throws(Failure) {
        while pending.isEmpty, isReading {
            let answer = try client.get(.lines(after: cursor, of: name), as: LogLines.init(json:))
            // A program that never stops writing must not keep us from ending.
            let isAtNow = answer.lines.last?.at.map { $0 > now } ?? false
            isReading = !answer.lines.isEmpty && !isAtNow
            cursor = answer.cursor
            pending = answer.lines.filter(wish.wants)[...]
        }
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

    private static func textBytes(_ answer: LogLines) -> Int {
        answer.lines.reduce(0) { $0 + $1.text.utf8.count + 1 }
    }
}
