// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// The newest row of the audit: its number and its hash.
nonisolated struct AuditHead: Hashable, Sendable {
    let number: Int64
    let hash: String

    /// Before the first row.
    static let none = AuditHead(number: 0, hash: String(repeating: "0", count: 64))
    /// No number is higher: what says so was not written by hostd.
    static let highest: Int64 = 1 << 50

    /// `12 0ab…`, as it stands in the document of the head.
    var text: String { "\(number) \(hash)" }
}

nonisolated extension AuditHead {
    /// Reads what `text` gives.
    init?(text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[0]), (1...Self.highest).contains(number) else { return nil }
        self.init(number: number, hash: String(parts[1]))
    }
}

/// How a row of the audit is hashed. This is never changed: rows of years ago are checked by it.
///
/// The text of a row is the hash of the row before and a line break, then for each column its length in bytes, a colon,
/// its value and a line break; `-` and a line break where it has none. Lengths make it impossible that two rows with
/// other columns have the same text.
nonisolated enum AuditChain {
    /// The columns that are hashed, in this order.
    static let columns = [
        "number", "wall_ms", "epoch", "action", "generation", "made_by", "origin", "name", "why", "digest",
        "digest_before", "changes",
    ]

    /// The hash of a row that follows the one with the hash `previous`.
    static func hash(after previous: [UInt8], _ fields: [[UInt8]?]) -> String {
        var text = previous + [UInt8(ascii: "\n")]
        for field in fields {
            if let field { text += Array("\(field.count):".utf8) + field } else { text.append(UInt8(ascii: "-")) }
            text.append(UInt8(ascii: "\n"))
        }
        return SHA256.hex(of: text)
    }
}

/// Walks the audit row by row and notes where it does not fit.
nonisolated struct AuditWalk: Sendable {
    /// So many rows were looked at.
    private(set) var rows: Int64 = 0
    /// The row that was looked at last, by what stands there.
    private(set) var head = AuditHead.none
    /// The first place that does not fit, and how many there are.
    private var first: String?
    private var places = 0

    /// Takes the next row: what stands in its columns, and the hashes that stand beside them.
    mutating func take(number: Int64, _ fields: [[UInt8]?], previous: [UInt8], hash: [UInt8]) {
        rows += 1
        let written = String(decoding: hash, as: UTF8.self)
        if number > head.number + 1 {
            // What comes after the gap can only be checked from here on.
            note("\(Self.name(head.number + 1, number - 1)) missing")
        } else if Array(head.hash.utf8) != previous {
            note("row \(number) does not follow the row before it: that one, or the link to it, was changed")
        }
        if AuditChain.hash(after: previous, fields) != written { note("row \(number) is not what its hash says") }
        head = AuditHead(number: number, hash: written)
    }

    /// Compares the end with the rows that are known to be the newest.
    mutating func end(at known: [AuditHead]) {
        if known.isEmpty, rows > 0 { note("nothing says that row \(head.number) is the newest") }
        for other in known where other != head {
            if other.number > head.number {
                note("\(Self.name(head.number + 1, other.number)) missing at the end")
            } else if other.number < head.number {
                note("row \(other.number + 1) was not written by hostd, for which row \(other.number) is the newest")
            } else {
                note("row \(head.number) is not the row that hostd wrote")
            }
        }
    }

    /// The first place that does not fit, in words; empty when all fit.
    var problem: String {
        guard let first else { return "" }
        return places > 1 ? "\(first) (and \(places - 1) more)" : first
    }

    private mutating func note(_ text: String) {
        first = first ?? text
        places += 1
    }

    private static func name(_ first: Int64, _ last: Int64) -> String {
        first == last ? "row \(first) is" : "rows \(first) to \(last) are"
    }
}
