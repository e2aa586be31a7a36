// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Which lines of a log are wanted.
struct LogWish {
    /// Which of two streams that are kept apart.
    enum Streams {
        case both, stdout, stderr
    }

    /// Whose lines.
    private enum Launch {
        case any
        /// That of this number, of each service.
        case number(UInt64)
        case instance(InstanceID)
    }

    private static let usualCount = 100

    /// At most so many, the last ones; nil for all.
    let limit: Int?
    /// None that arrived before this.
    let since: WallTime?
    /// None that arrived after this.
    let until: WallTime?
    /// Whether what comes later is wanted, too.
    let isFollowed: Bool
    let streams: Streams
    private let launch: Launch
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
        launch = try Self.launch(request.value(.instance))
        switch (request.has(.stdout), request.has(.stderr)) {
        case (true, false): streams = .stdout
        case (false, true): streams = .stderr
        case (true, true), (false, false): streams = .both
        }
        if isFollowed, until != nil { throw .usage("--follow has no end, and --until is one (give one of them)") }
        if let since, let until, since > until { throw .usage("--since is later than --until: no line is both") }
        let isNarrowed = pattern != nil || since != nil || until != nil || request.has(.instance)
        let count = try request.count(.lines) ?? (isNarrowed ? .max : Self.usualCount)
        limit = count == .max ? nil : count
    }

    /// All of a log, and what comes later.
    static var all: LogWish { LogWish() }

    private init() {
        limit = nil
        since = nil
        until = nil
        isFollowed = true
        streams = .both
        launch = .any
        pattern = nil
    }

    /// The launch of a service whose lines alone are wanted; nil for all of them.
    func launch(of name: String) throws(Failure) -> UInt64? {
        switch launch {
        case .any: return nil
        case .number(let number): return number
        case .instance(let instance) where instance.service.text == name: return instance.launch
        case .instance(let instance):
            throw .usage("--instance: \(instance) is no launch of \(CleanText.of(name)) (give its number alone)")
        }
    }

    private static func launch(_ text: String?) throws(Failure) -> Launch {
        guard let text else { return .any }
        if let number = UInt64(text), number > 0 { return .number(number) }
        if let instance = InstanceID(text) { return .instance(instance) }
        throw .usage("--instance: \"\(CleanText.of(text))\" is no launch (its number, 17, or gateway.17)")
    }

    /// Whether the last lines of a log are the wanted ones, whatever they say; of those that are older than `since`
    /// none.
    var isTail: Bool { pattern == nil && until == nil && limit != nil }

    /// Whether a line is wanted. One without a time counts as new.
    func wants(_ line: LogLines.Line) -> Bool {
        if let since, let at = line.at, at < since { return false }
        if let until, line.at.map({ $0 > until }) ?? true { return false }
        return pattern?.matches(line.text) ?? true
    }
}
