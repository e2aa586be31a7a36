// SPDX-License-Identifier: Apache-2.0

/// Policies, their audit and the uses of models as the store's lane reads and writes them.
nonisolated extension StoreFile {
    /// Writes what `batch` holds of them; runs in its transaction. Returns the newest row of the audit then; nil when
    /// there is no new one.
    func putPolicy(of batch: Batch, _ database: Database) throws(StoreError) -> AuditHead? {
        for (name, generation) in batch.targets { try PolicyTable.note(name, generation, database) }
        for (key, count) in batch.serviceRuns { try ModelRunTable.put(key, count, database) }
        return try AuditTable.append(batch.audits, after: lastAudit, database)
    }

    /// Writes a policy with its row of the audit, after `earlier` rows, or nothing.
    func commit(_ policy: StoredPolicy, _ audit: StoredAudit, after earlier: [StoredAudit]) throws(StoreError) {
        let known = lastAudit
        var head: AuditHead?
        try withDatabase { database throws(StoreError) in
            try database.transaction { () throws(StoreError) in
                let isNew = try PolicyTable.put(policy, database)
                head = try AuditTable.append(earlier + (isNew ? [audit] : []), after: known, database)
            }
        }
        lastAudit = head ?? lastAudit
    }

    /// What there is to go on with.
    func policies() throws(StoreError) -> StoredPolicies {
        try withDatabase { database throws(StoreError) in
            var found = StoredPolicies()
            found.newest = try PolicyTable.policies("ORDER BY generation DESC LIMIT 1", [], database).first
            found.targets = try PolicyTable.targets(database)
            found.highestGeneration = try PolicyTable.highestGeneration(database)
            return found
        }
    }

    /// One policy; nil when there is none of that number.
    func policy(_ generation: Int64) throws(StoreError) -> StoredPolicy? {
        try withDatabase { database throws(StoreError) in
            try PolicyTable.policies("WHERE generation = ?1", [.integer(generation)], database).first
        }
    }

    /// The newest policies without their texts, the newest first.
    func policyGenerations(limit: Int) throws(StoreError) -> [StoredPolicy] {
        try withDatabase { database throws(StoreError) in
            try PolicyTable.policies(
                "ORDER BY generation DESC LIMIT ?1", [.integer(Int64(limit))], isBrief: true, database)
        }
    }

    /// Rows of the audit with numbers below `before`, the newest first.
    func audit(before: Int64, limit: Int) throws(StoreError) -> [WrittenAudit] {
        try withDatabase { database throws(StoreError) in
            try AuditTable.rows(before: before, limit: limit, database)
        }
    }

    /// The next portion of a walk over the audit; true when there may be more.
    func goOn(with walk: AuditWalk, limit: Int) throws(StoreError) -> (walk: AuditWalk, hasMore: Bool) {
        let known = lastAudit
        return try withDatabase { database throws(StoreError) in
            var walk = walk
            let hasMore = try AuditTable.go(on: &walk, limit: limit, known: known, database)
            return (walk, hasMore)
        }
    }

    /// The next piece of the sums of what was done with the models; true when there is more.
    func goOn(with sums: ModelRunSums, limit: Int) throws(StoreError) -> (sums: ModelRunSums, hasMore: Bool) {
        try withDatabase { database throws(StoreError) in
            var sums = sums
            let hasMore = try sums.goOn(limit: limit, database)
            return (sums, hasMore)
        }
    }
}
