// SPDX-License-Identifier: Apache-2.0

/// One job in a list: what `GET /v1/jobs` answers of each.
public struct JobBrief: Hashable, Sendable {
    /// Its number.
    public var id: Int64
    /// `queued`, `waiting`, `running`, `stalled`, `held`, `succeeded`, `failed` or `cancelled`.
    public var state: String
    /// Its kind; nil for a plain command.
    public var kind: String?
    /// The key that it was submitted with.
    public var key: String?
    /// Who submitted it, by number.
    public var uid: UInt32
    /// Jobs of higher priority go first.
    public var priority: Int
    /// When it was submitted.
    public var createdAt: WallTime
    /// Since when it is in this state.
    public var since: WallTime
    /// Why it is in this state, with the evidence.
    public var reason: String
    /// How many attempts there have been.
    public var attemptCount: UInt64
    /// How far it is.
    public var progress: Progress?
    /// When it is tried again, in `waiting`.
    public var nextAttemptAt: WallTime?

    /// How far a job is.
    public struct Progress: Hashable, Sendable {
        /// What is done, in the job's own units.
        public var done: Double?
        /// What there is to do in all.
        public var total: Double?
        /// In its own words.
        public var text: String

        /// Progress.
        public init(done: Double?, total: Double?, text: String) {
            self.done = done
            self.total = total
            self.text = text
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            done = try fields.optionalNumber("done")
            total = try fields.optionalNumber("total")
            text = try fields.optionalText("text") ?? ""
        }

        var json: JSON { ["done": JSON(done), "total": JSON(total), "text": .string(text)] }
    }

    /// A job that was submitted at `createdAt`.
    public init(id: Int64, state: String, uid: UInt32, createdAt: WallTime, since: WallTime) {
        self.id = id
        self.state = state
        self.uid = uid
        priority = 0
        self.createdAt = createdAt
        self.since = since
        reason = ""
        attemptCount = 0
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        id = try fields.integer("id")
        state = try fields.text("state")
        kind = try fields.optionalText("kind")
        key = try fields.optionalText("key")
        uid = try fields.integer("uid")
        priority = try fields.optionalInteger("priority") ?? 0
        createdAt = try fields.time("created_at")
        since = try fields.time("since")
        reason = try fields.optionalText("reason") ?? ""
        attemptCount = try fields.optionalInteger("attempt_count") ?? 0
        progress = try fields.optional("progress", Progress.init)
        nextAttemptAt = try fields.optionalTime("next_attempt_at")
    }

    /// The members that a list and a whole job have in common.
    var members: [JSON.Member] {
        [
            .init(key: "id", value: .integer(id)), .init(key: "state", value: .string(state)),
            .init(key: "kind", value: JSON(kind)), .init(key: "key", value: JSON(key)),
            .init(key: "uid", value: JSON(uid)), .init(key: "priority", value: JSON(priority)),
            .init(key: "created_at", value: .string(createdAt.text)), .init(key: "since", value: .string(since.text)),
            .init(key: "reason", value: .string(reason)), .init(key: "attempt_count", value: JSON(attemptCount)),
            .init(key: "progress", value: progress?.json ?? .null),
            .init(key: "next_attempt_at", value: JSON(nextAttemptAt?.text)),
        ]
    }

    /// The JSON form.
    public var json: JSON { .object(members) }
}

/// What `GET /v1/jobs` answers, the newest first.
public struct JobList: Hashable, Sendable {
    /// The jobs.
    public var jobs: [JobBrief]

    /// These jobs.
    public init(jobs: [JobBrief]) {
        self.jobs = jobs
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        jobs = try Fields(json, at: "").list("jobs", JobBrief.init)
    }

    /// The JSON form.
    public var json: JSON { ["jobs": .array(jobs.map(\.json))] }
}
