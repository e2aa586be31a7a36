// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostLoop
import HostStore

/// Commits policies for ever, each with a row of the audit and another row before it, and says each that is on the
/// disk. The test kills it.
func writePolicies(_ folder: String) throws {
    try onLoop { loop, _ in
        let store = try Store(loop: loop, path: folder + "/hostd.db")
        @MainActor func more(_ number: Int64) {
            let digest = "digest of \(number)"
            let policy = StoredPolicy(
                generation: number, wallMilliseconds: 1, digest: digest, text: String(repeating: "x", count: 3000),
                fileDigest: nil, origin: "file", by: "root")
            store.append(
                audit: StoredAudit(
                    wallMilliseconds: 1, epoch: "boot", action: "candidate_held", generation: number - 1, by: "hostd",
                    digest: ""))
            let audit = StoredAudit(
                wallMilliseconds: 1, epoch: "boot", action: "accepted", generation: number, by: "root", digest: digest)
            store.commit(policy: policy, audit: audit) { outcome in
                guard case .success = outcome else { return say("\(outcome)") }
                say("\(number)")
                more(number + 1)
            }
        }
        store.policies { found in more((found?.newest?.generation ?? 0) + 1) }
        return [store]
    }
}
