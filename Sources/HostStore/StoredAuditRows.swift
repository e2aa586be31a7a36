// SPDX-License-Identifier: Apache-2.0

/// One row of the audit as it was written.
public nonisolated struct WrittenAudit: Hashable, Sendable {
    /// Counts the rows from 1, without a gap.
    public var number: Int64
    /// What it says.
    public var audit: StoredAudit
    /// The hash of the row before; 64 zeros in the first one.
    public var previousHash: String
    /// SHA-256 of the row with the hash of the row before, in hexadecimal digits.
    public var hash: String

    /// The row `number`.
    public init(number: Int64, audit: StoredAudit, previousHash: String, hash: String) {
        (self.number, self.audit, self.previousHash, self.hash) = (number, audit, previousHash, hash)
    }
}

/// Whether the audit is as it was written.
public nonisolated struct AuditVerification: Hashable, Sendable {
    /// So many rows were looked at.
    public var rows: Int64
    /// The hash of the newest row; nil: there is none.
    public var head: String?
    /// The first row that does not fit, and what is wrong with it; empty when all fit.
    public var problem: String

    /// The outcome of a look.
    public init(rows: Int64, head: String?, problem: String) {
        (self.rows, self.head, self.problem) = (rows, head, problem)
    }
}

nonisolated extension StoredAudit {
    /// So many changes are kept, each of so many bytes; and so many bytes of a name.
    private static let changeLimit = 100
    private static let changeBytes = 400
    private static let nameBytes = 300

    /// With no text that is longer than may be kept, each on one line.
    var bounded: StoredAudit {
        var audit = self
        audit.epoch = epoch.line(Self.nameBytes)
        audit.action = action.line(Self.nameBytes)
        audit.by = by.line(Self.nameBytes)
        audit.origin = origin.line(Self.nameBytes)
        audit.name = name.line(Self.nameBytes)
        audit.why = why.line(TextLimit.reason)
        audit.digest = digest.line(Self.nameBytes)
        audit.digestBefore = digestBefore?.line(Self.nameBytes)
        audit.changes = changes.prefix(Self.changeLimit).map { $0.line(Self.changeBytes) }.filter { !$0.isEmpty }
        if changes.count > Self.changeLimit { audit.changes.append("… and \(changes.count - Self.changeLimit) more") }
        return audit
    }
}

nonisolated extension String {
    /// Its first `limit` bytes, with a blank for each control character: a row of the audit is read line by line.
    fileprivate func line(_ limit: Int) -> String {
        let scalars = unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text).cut(to: limit)
    }
}
