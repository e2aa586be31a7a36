// SPDX-License-Identifier: Apache-2.0

internal import HostLoop

/// Policies of models, their audit, and what was done with which model.
extension Store {
    /// No list is longer.
    private static let listLimit = 1000
    /// So many rows of the audit are looked at before others get their turn.
    private static let portion = 1000
    /// So many attempts are added up before others get their turn.
    private static let piece = 10_000
    /// So many hours of services are kept in memory while the store fails.
    private static let pendingRunLimit = 10_000

    /// Writes a policy and its row of the audit in one transaction. `then` is called when both are on the disk, or with
    /// why they are not: then nothing of them is, and trying again is the caller's. A policy that is there already
    /// under its number is a success; another one there is an error that names it.
    public func commit(
        policy: StoredPolicy, audit: StoredAudit, then: @escaping (Result<Void, StoreError>) -> Void
    ) {
        let file = self.file
        // Rows keep the order in which they were given.
        let earlier = pending.audits
        pending.audits = []
        // Without a deadline: an answer that came before the end could be wrong.
        lane.submit { () -> Result<Void, StoreError> in
            Result { () throws(StoreError) in try file.commit(policy, audit, after: earlier) }
        } then: { [weak self] (outcome: WorkOutcome<Result<Void, StoreError>>) in
            switch outcome {
            case .done(.success): then(.success(()))
            case .done(.failure(let error)):
                self?.putBack(earlier)
                then(.failure(error))
            case .late, .full:
                self?.putBack(earlier)
                then(.failure(StoreError(code: 0, description: "too much else is asked of the store")))
            }
        }
    }

    /// Adds a row to the audit in the next commit; its texts are cut to what may be kept. Beyond 10,000 unwritten ones
    /// the oldest are dropped, and the number is noted.
    public func append(audit: StoredAudit) {
        pending.audits.append(audit)
        dropOldest()
        schedule()
    }

    /// Notes in the next commit which generation a target has.
    public func note(target: String, generation: Int64) {
        pending.targets[target] = .some(generation)
        schedule()
    }

    /// Forgets a target in the next commit.
    public func forget(target: String) {
        pending.targets[target] = .some(nil)
        schedule()
    }

    /// Counts a launch of a service in the next commit, once for each of its models. While the store fails, 10,000
    /// hours of services are kept, and those of others are not counted.
    public func add(serviceRun run: StoredServiceRun) {
        for (tier, model) in run.models {
            let key = ServiceRunKey(
                service: run.service, generation: run.generation, tier: tier, model: model,
                hour: run.wallMilliseconds / ModelRunTable.hourMilliseconds)
            let count = ServiceRunCount(launch: run.launch, wallMilliseconds: run.wallMilliseconds)
            let old = pending.serviceRuns[key]
            guard old != nil || pending.serviceRuns.count < Self.pendingRunLimit else { continue }
            pending.serviceRuns[key] = old.map { $0 + count } ?? count
        }
        schedule()
    }

    /// Reads what there is to go on with after a start; nil when the store cannot be read.
    public func policies(then: @escaping (StoredPolicies?) -> Void) {
        ask { file throws(StoreError) in
            try file.policies()
        } then: {
            then(try? $0.get())
        }
    }

    /// Reads one policy; nil when there is none of that number.
    public func policy(_ generation: Int64, then: @escaping (Result<StoredPolicy?, StoreError>) -> Void) {
        ask({ file throws(StoreError) in try file.policy(generation) }, then: then)
    }

    /// Reads the newest policies without their texts, the newest first, at most 1,000; nil when the store cannot be
    /// read.
    public func policyGenerations(limit: Int, then: @escaping ([StoredPolicy]?) -> Void) {
        let limit = min(max(limit, 0), Self.listLimit)
        ask { file throws(StoreError) in
            try file.policyGenerations(limit: limit)
        } then: {
            then(try? $0.get())
        }
    }

    /// Reads rows of the audit, the newest first, at most 1,000; with `before` those with lower numbers only. Nil when
    /// the store cannot be read.
    public func audit(before: Int64?, limit: Int, then: @escaping ([WrittenAudit]?) -> Void) {
        let limit = min(max(limit, 0), Self.listLimit)
        ask { file throws(StoreError) in
            try file.audit(before: before ?? .max, limit: limit)
        } then: {
            then(try? $0.get())
        }
    }

    /// Looks at each row of the audit, in portions between which others get their turn.
    public func verifyAudit(then: @escaping (Result<AuditVerification, StoreError>) -> Void) {
        goOn(with: AuditWalk(), then)
    }

    /// Adds up what was done with the models in `span`, milliseconds since 1970, and in the span of its length before
    /// it, in pieces between which others get their turn. Launches of services are counted by the hours that began in
    /// it.
    public func modelReport(
        _ span: Range<Int64>, then: @escaping (Result<StoredModelReport, StoreError>) -> Void
    ) {
        goOn(with: ModelRunSums(span), then)
    }

    private func goOn(with sums: ModelRunSums, _ then: @escaping (Result<StoredModelReport, StoreError>) -> Void) {
        let piece = Self.piece
        ask { file throws(StoreError) in
            try file.goOn(with: sums, limit: piece)
        } then: { [weak self] found in
            switch found {
            case .failure(let error): then(.failure(error))
            case .success((let sums, true)): self?.goOn(with: sums, then)
            case .success((let sums, false)): then(.success(sums.report))
            }
        }
    }

    private func goOn(with walk: AuditWalk, _ then: @escaping (Result<AuditVerification, StoreError>) -> Void) {
        let portion = Self.portion
        ask { file throws(StoreError) in
            try file.goOn(with: walk, limit: portion)
        } then: { [weak self] found in
            switch found {
            case .failure(let error): then(.failure(error))
            case .success((let walk, true)): self?.goOn(with: walk, then)
            case .success((let walk, false)):
                let head = walk.rows > 0 ? walk.head.hash : nil
                then(.success(AuditVerification(rows: walk.rows, head: head, problem: walk.problem)))
            }
        }
    }

    private func putBack(_ earlier: [StoredAudit]) {
        guard !earlier.isEmpty else { return }
        pending.audits.insert(contentsOf: earlier, at: 0)
        dropOldest()
        schedule()
    }
}
