// SPDX-License-Identifier: Apache-2.0

/// The host at a glance: what `GET /v1/status` answers and `hostctl status --json` prints.
public struct HostStatus: Hashable, Sendable {
    /// The supervisor itself.
    public var host: HostFacts
    /// The Node version that everything runs on.
    public var node: NodeStatus
    /// Network, disk, memory, node, power, config: those that are watched.
    public var conditions: [ConditionStatus]
    /// The model policy in force.
    public var policy: PolicyStatus
    /// All services, sorted by name.
    public var services: [ServiceStatus]
    /// How many jobs are in which state.
    public var jobs: JobCounts

    /// A status of these parts.
    public init(
        host: HostFacts, node: NodeStatus = NodeStatus(), conditions: [ConditionStatus] = [],
        policy: PolicyStatus = PolicyStatus(), services: [ServiceStatus], jobs: JobCounts = JobCounts()
    ) {
        self.host = host
        self.node = node
        self.conditions = conditions
        self.policy = policy
        self.services = services
        self.jobs = jobs
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        host = try HostFacts(json: fields.value("host"), at: "host")
        node = try fields.optional("node", NodeStatus.init) ?? NodeStatus()
        conditions = try fields.list("conditions", ConditionStatus.init)
        policy = try fields.optional("policy", PolicyStatus.init) ?? PolicyStatus()
        services = try fields.list("services", ServiceStatus.init)
        jobs = try fields.optional("jobs", JobCounts.init) ?? JobCounts()
    }

    /// The JSON form.
    public var json: JSON {
        [
            "host": host.json, "node": node.json, "conditions": .array(conditions.map(\.json)), "policy": policy.json,
            "services": .array(services.map(\.json)), "jobs": jobs.json,
        ]
    }
}
