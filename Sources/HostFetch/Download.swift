// SPDX-License-Identifier: Apache-2.0

/// All of an answer to a GET, with the fields of its head that say whether to ask again, and when.
public nonisolated struct DownloadAnswer: Hashable, Sendable {
    /// The status.
    public var status: Int
    /// The server's word for this content, as it stands; nil: it has none.
    public var etag: String?
    /// How long it asked to wait, where it says so in seconds.
    public var retryAfter: Duration?
    /// Where a redirect leads; nil: nowhere.
    public var location: String?
    /// The body; of one that is too long the beginning.
    public var body: [UInt8]
    /// Whether the body is longer than was wanted.
    public var isTooLong: Bool
}

/// What an attempt to download came to.
public nonisolated enum DownloadResult: Hashable, Sendable {
    /// An answer, complete unless it is too long.
    case answer(DownloadAnswer)
    /// No answer, or a part of one: why, in words.
    case failure(String)
}

/// The fields of an answer's head as they come.
final class DownloadHead {
    private var fields: [String: String] = [:]

    private static let fieldLimit = 64
    private static let valueLimitBytes = 1024

    subscript(_ name: String) -> String? { fields[name] }

    /// Seconds alone: a date would need a clock that is right.
    var retryAfter: Duration? {
        fields["retry-after"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : .seconds(min($0, 1_000_000_000)) }
    }

    /// Takes one line; each answer on the way begins anew.
    func take(_ line: String) {
        if line.hasPrefix("HTTP/") { return fields = [:] }
        guard let colon = line.firstIndex(of: ":"), fields.count < Self.fieldLimit else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        guard value.utf8.count <= Self.valueLimitBytes else { return }
        fields[line[..<colon].lowercased()] = String(value)
    }
}
