// SPDX-License-Identifier: Apache-2.0

/// Where a policy comes from.
public enum PolicyOrigin: Hashable, Sendable, CustomStringConvertible {
    /// models.toml was edited.
    case file
    /// A person wanted an earlier generation back.
    case rollback(to: Int64)
    /// The candidate of a tier became its model.
    case promotion(tier: String)

    /// In words: `rollback to generation 5`.
    public var description: String {
        switch self {
        case .file: "file"
        case .rollback(let number): "rollback to generation \(number)"
        case .promotion(let tier): "promotion in tier \(tier)"
        }
    }

    /// What these words say; what is not understood came from a file.
    public init(words: String) {
        let last = words.split(separator: " ").last.map(String.init) ?? ""
        if words.hasPrefix("rollback to"), let number = Int64(last) {
            self = .rollback(to: number)
        } else if words.hasPrefix("promotion in") {
            self = .promotion(tier: last)
        } else {
            self = .file
        }
    }
}

/// A policy that is right and may become a generation.
public struct PolicyProposal: Hashable, Sendable {
    /// What it says.
    public var policy: ModelPolicy
    /// SHA-256 of its canonical text, in hexadecimal digits.
    public var digest: String
    /// Where it comes from.
    public var origin: PolicyOrigin
    /// Who wanted it: the user who wrote the file or asked, or `hostd`.
    public var by: String
    /// Why, in their words; nil: the note of the policy says it.
    public var why: String?

    /// A policy with the digest of its canonical text.
    public init(policy: ModelPolicy, digest: String, origin: PolicyOrigin, by: String, why: String? = nil) {
        self.why = why
        self.policy = policy
        self.digest = digest
        self.origin = origin
        self.by = by
    }
}

/// One accepted policy. A launch takes one whole, so that it never has models of two.
public struct PolicyGeneration: Hashable, Sendable {
    /// Counts the accepted policies from 1, also those that bring an earlier one back.
    public var number: Int64
    /// What was accepted.
    public var proposal: PolicyProposal
    /// The digest of what models.toml said last, which after a rollback is not what is in force; nil: it was not read.
    public var fileDigest: String?

    /// The generation `number`.
    public init(number: Int64, proposal: PolicyProposal, fileDigest: String?) {
        self.number = number
        self.proposal = proposal
        self.fileDigest = fileDigest
    }

    /// What it says.
    public var policy: ModelPolicy { proposal.policy }

    /// The row of the audit that is written with it.
    public func audit(after before: PolicyGeneration?) -> PolicyAudit {
        PolicyAudit(
            generation: number, digest: proposal.digest, digestBefore: before?.proposal.digest,
            origin: proposal.origin, by: proposal.by, why: proposal.why ?? policy.note,
            changes: PolicyChange.between(before?.policy, policy).map(\.description))
    }
}

/// One row of the audit: who changed what, and why.
public struct PolicyAudit: Hashable, Sendable {
    /// The generation that it began.
    public var generation: Int64
    /// The digest of its policy.
    public var digest: String
    /// The digest of the one before; nil: there was none.
    public var digestBefore: String?
    /// Where it came from.
    public var origin: PolicyOrigin
    /// Who wanted it.
    public var by: String
    /// Why: in the words of whoever wanted it, or the note of the policy.
    public var why: String
    /// What is different, in words.
    public var changes: [String]
}
