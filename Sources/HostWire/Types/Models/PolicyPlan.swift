// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/models/plan` answers: what models.toml would change if it were taken over now, and what it did change
/// when `POST /v1/models/apply` answers with it.
public struct PolicyPlan: Hashable, Sendable {
    /// The generation in force; nil: none.
    public var generation: Int64?
    /// What is wrong with the file; with any of these nothing is taken over.
    public var errors: [String]
    /// What is different: `tier.agent.model: a → b`.
    public var changes: [String]
    /// What happens to services: `gateway: restart when drained (agent: a → b)`.
    public var services: [String]
    /// The targets that are written anew, by name.
    public var targets: [String]
    /// So many attempts of jobs are under way; they keep their model until the next one.
    public var jobsUnderWay: Int

    /// A plan.
    public init(
        generation: Int64?, errors: [String] = [], changes: [String] = [], services: [String] = [],
        targets: [String] = [], jobsUnderWay: Int = 0
    ) {
        (self.generation, self.errors, self.changes) = (generation, errors, changes)
        (self.services, self.targets, self.jobsUnderWay) = (services, targets, jobsUnderWay)
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        self.init(
            generation: try fields.optionalInteger("generation"), errors: try fields.texts("errors"),
            changes: try fields.texts("changes"), services: try fields.texts("services"),
            targets: try fields.texts("targets"), jobsUnderWay: try fields.optionalInteger("jobs_under_way") ?? 0)
    }

    /// The JSON form.
    public var json: JSON {
        func list(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
        return [
            "generation": JSON(generation), "errors": list(errors), "changes": list(changes),
            "services": list(services), "targets": list(targets), "jobs_under_way": JSON(jobsUnderWay),
        ]
    }
}
