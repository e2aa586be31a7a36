// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostStore

/// A generation on paper and back.
nonisolated extension StoredPolicy {
    /// What is written down of a generation.
    init(_ generation: PolicyGeneration, wallMilliseconds: Int64) {
        let proposal = generation.proposal
        self.init(
            generation: generation.number, wallMilliseconds: wallMilliseconds, digest: proposal.digest,
            text: PolicyWriter.text(proposal.policy), fileDigest: generation.fileDigest,
            origin: proposal.origin.description, by: proposal.by)
    }

    /// The policy that it says; nil when this hostd does not understand it.
    var policy: ModelPolicy? {
        let file = ConfigurationFile(path: "generation \(generation)", text: text)
        return try? PolicyReader.read(files: [file]).get()
    }

    /// The generation as it was accepted; nil when this hostd does not understand it.
    var accepted: PolicyGeneration? {
        policy.map { policy in
            PolicyGeneration(
                number: generation,
                proposal: PolicyProposal(
                    policy: policy, digest: digest, origin: PolicyOrigin(words: origin), by: by),
                fileDigest: fileDigest)
        }
    }
}

nonisolated extension PolicyProposal {
    /// A policy with the digest of what it says.
    init(_ policy: ModelPolicy, origin: PolicyOrigin, by: String, why: String? = nil) {
        self.init(
            policy: policy, digest: SHA256.hex(of: Array(policy.canonicalText.utf8)), origin: origin, by: by, why: why)
    }
}

/// The generation in force as a file of its own: a store that cannot be read at a start leaves nobody without a model.
nonisolated struct PolicyCopy: Sendable {
    let path: String

    /// Writes it, for good.
    func write(_ policy: StoredPolicy) throws(SystemError) {
        var fields = FieldText()
        fields["generation"] = "\(policy.generation)"
        fields["wall_ms"] = "\(policy.wallMilliseconds)"
        fields["digest"] = policy.digest
        fields["file_digest"] = policy.fileDigest
        fields["origin"] = policy.origin
        fields["by"] = policy.by
        fields["text"] = policy.text
        try Files.replace(path, with: Array(fields.text.utf8), sync: true)
    }

    /// What is there; nil when nothing is, or it is torn.
    func read() -> StoredPolicy? {
        guard let text = try? Files.readText(path, limit: 4 << 20), let fields = FieldText(parsing: text),
            let generation = fields.integer("generation", as: Int64.self),
            let at = fields.integer("wall_ms", as: Int64.self), let digest = fields["digest"],
            let policy = fields["text"]
        else { return nil }
        return StoredPolicy(
            generation: generation, wallMilliseconds: at, digest: digest, text: policy,
            fileDigest: fields["file_digest"], origin: fields["origin"] ?? "", by: fields["by"] ?? "")
    }
}
