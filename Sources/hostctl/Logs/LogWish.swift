// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

/// Which lines of a log are wanted.
struct LogWish {
    private static let usualCount = 100

    /// At most so many, the last ones; nil for all.
    let limit: Int?
    /// None that arrived before this.
    let since: WallTime?
    /// None that arrived after this.
    let until: WallTime?
    /// Whether what comes later is wanted, too.
    let isFollowed: Bool
    /// Which of two streams that are kept apart; nil for the log itself.
    let stream: String?
    private let pattern: RegularExpression?

    /// What the command line says.
    init(_ session: Session) throws(Failure) {
        let request = session.request
        if let text = request.value(.grep) {
            do throws(RegularExpression.Wrong) {
                pattern = try RegularExpression(text)
            } catch {
                throw .usage("--grep: \"\(CleanText.of(text))\" is no regular expression: \(error)")
            }
        } else {
            pattern = nil
        }
        since = try request.point(.since, now: session.now)
        until = try request.point(.until, now: session.now)
        isFollowed = request.has(.follow)
        stream = request.has(.stderr) ? "stderr" : nil
        if isFollowed, until != nil { throw .usage("--follow has no end, and --until is one (give one of them)") }
        if let since, let until, since > until { throw .usage("--since is later than --until: no line is both") }
        let isNarrowed = pattern != nil || since != nil || until != nil
        let count = try request.count(.lines) ?? (isNarrowed ? .max : Self.usualCount)
        limit = count == .max ? nil : count
    }

    /// Whether the last lines of a log are the wanted ones, whatever they say.
    var isTail: Bool { pattern == nil && since == nil && until == nil && limit != nil }

    /// Whether a line is wanted. One without a time counts as new.
    func wants(_ line: LogLines.Line) -> Bool {
        if let since, let at = line.at, at < since { return false }
        if let until, line.at.map({ $0 > until }) ?? true { return false }
        return pattern?.matches(line.text) ?? true
    }
}
