// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostStore

/// A policy as a test wants it.
func storedPolicy(_ generation: Int64, digest: String? = nil) -> StoredPolicy {
    StoredPolicy(
        generation: generation, wallMilliseconds: 1_780_000_000_000 + generation,
        digest: digest ?? "digest of \(generation)", text: "policy = \"\(generation)\"\n", fileDigest: "f\(generation)",
        origin: "file", by: "ops")
}

/// A row of the audit as a test wants it.
func storedAudit(_ generation: Int64, _ action: String = "accepted", why: String = "a note") -> StoredAudit {
    var audit = StoredAudit(
        wallMilliseconds: 1_780_000_000_000 + generation, epoch: "5f0c", action: action, generation: generation,
        by: "ops", digest: "digest of \(generation)")
    audit.origin = "file"
    audit.name = "2026-W\(generation)"
    audit.why = why
    audit.digestBefore = generation > 1 ? "digest of \(generation - 1)" : nil
    audit.changes = ["tier.agent.model: a → b", "note: none → it's „better“"]
    return audit
}

/// What a test asks of policies, waiting for the answer.
extension StoreUnderTest {
    func commit(_ policy: StoredPolicy, _ audit: StoredAudit? = nil) throws -> Result<Void, StoreError> {
        try answer { store.commit(policy: policy, audit: audit ?? storedAudit(policy.generation), then: $0) }
    }

    func policies() throws -> StoredPolicies {
        try #require(try answer { store.policies(then: $0) })
    }

    func rows(before: Int64? = nil, limit: Int = 1000) throws -> [WrittenAudit] {
        try #require(try answer { store.audit(before: before, limit: limit, then: $0) })
    }

    func verification() throws -> AuditVerification {
        try answer { store.verifyAudit(then: $0) }.get()
    }

    func report(_ span: Range<Int64>) throws -> StoredModelReport {
        try answer { store.modelReport(span, then: $0) }.get()
    }
}
