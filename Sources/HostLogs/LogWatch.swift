// SPDX-License-Identifier: Apache-2.0

public import HostLinux

/// Looks for lines that match, from a point in time on, each line once. Blocks on the disk: for a Worker.
public struct LogWatch: Sendable {
    /// What one look found.
    public struct Finding: Hashable, Sendable {
        /// The first line that matches, cut; nil when none does.
        public let line: String?
        /// More lies there already, most likely.
        public let isBehind: Bool
    }

    private static let shownBytes = 200

    private let folders: [String]
    private let since: Int64
    /// What is looked for.
    public let pattern: String
    /// By folder, once it was looked into.
    private var cursors: [String: LogCursor] = [:]

    /// Watches the logs in `folders` for lines that had arrived at `wallMicroseconds` (since 1970) or later. `pattern`
    /// is a POSIX extended regular expression.
    public init(folders: [String], since wallMicroseconds: Int64, pattern: String) {
        self.folders = folders
        since = wallMicroseconds
        self.pattern = pattern
    }

    /// Reads on where it stopped, at most `limitBytes` of each log. Only whole lines are looked at.
    public mutating func look(limitBytes: Int) throws(SystemError) -> Finding {
        guard let expression = try? RegularExpression(pattern) else { return Finding(line: nil, isBehind: false) }
        var found: String?
        var isBehind = false
        for folder in folders {
            let reader = LogReader(folder: folder)
            do throws(SystemError) {
                let start = if let known = cursors[folder] { known } else { try reader.place(since: since) }
                let part = try reader.read(after: start, limitBytes: limitBytes)
                cursors[folder] = part.next
                isBehind = isBehind || part.lines.reduce(0) { $0 + $1.text.count + 1 } >= limitBytes / 2
                let match = found == nil ? part.lines.first { expression.matches(bytes: $0.text) } : nil
                if let match { found = String(decoding: match.text.prefix(Self.shownBytes), as: UTF8.self) }
            } catch {
                // Nothing was written yet.
                guard error.isMissing else { throw error }
            }
        }
        return Finding(line: found, isBehind: isBehind)
    }
}
