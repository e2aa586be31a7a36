// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/models/validate` answers.
public struct GoldenList: Hashable, Sendable {
    /// The newest run of each tier, by the names of the tiers.
    public var runs: [GoldenStatus]

    /// These runs.
    public init(runs: [GoldenStatus]) {
        self.runs = runs
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        runs = try Fields(json, at: "").list("runs", GoldenStatus.init)
    }

    /// The JSON form.
    public var json: JSON { ["runs": .array(runs.map(\.json))] }
}

/// How far the golden jobs of a tier are, and how they came out.
public struct GoldenStatus: Hashable, Sendable {
    /// What the run is called: `agent-3`.
    public var run: String
    /// The tier.
    public var tier: String
    /// `running`, `passed` or `failed`.
    public var state: String
    /// How it came out, with the figures; while it runs the figures so far.
    public var reason: String
    /// Each job is run so often by each model.
    public var rounds: Int
    /// When it began.
    public var startedAt: WallTime
    /// When it was over; nil while it is not.
    public var endedAt: WallTime?
    /// The model of the tier.
    public var stable: Arm
    /// The one that is to pass.
    public var candidate: Arm
    /// The jobs, in their order.
    public var jobs: [Job]

    /// What one of the models came to.
    public struct Arm: Hashable, Sendable {
        /// The model.
        public var model: String
        /// So many of its jobs are over.
        public var done: Int
        /// So many of those say something of the model, and so do their counterparts.
        public var counted: Int
        /// So many of these failed.
        public var failures: Int
        /// The share of them, 0 to 1; nil while there are none.
        public var rate: Double?
        /// The interval of the rate at 95 %, by Wilson.
        public var low: Double
        /// Its upper end.
        public var high: Double

        /// An arm of which nothing is known yet.
        public init(model: String) {
            self.model = model
            (done, counted, failures, rate, low, high) = (0, 0, 0, nil, 0, 1)
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            model = try fields.text("model")
            done = try fields.integer("done")
            counted = try fields.integer("counted")
            failures = try fields.integer("failures")
            rate = try fields.optionalNumber("rate")
            low = try fields.optionalNumber("low") ?? 0
            high = try fields.optionalNumber("high") ?? 1
        }

        var json: JSON {
            [
                "model": .string(model), "done": JSON(done), "counted": JSON(counted), "failures": JSON(failures),
                "rate": JSON(rate), "low": .number(low), "high": .number(high),
            ]
        }
    }

    /// One job of the run.
    public struct Job: Hashable, Sendable {
        /// What is run: the name of its file.
        public var spec: String
        /// `stable` or `candidate`.
        public var arm: String
        /// From 1.
        public var round: Int
        /// The number of the job; nil before it is submitted.
        public var id: Int64?
        /// `pending`, the state of the job, or what it came to: `succeeded`, `failed`, `refused`, `void` (it says
        /// nothing of its model).
        public var state: String
        /// Why.
        public var reason: String

        /// A job that was not submitted yet.
        public init(spec: String, arm: String, round: Int) {
            (self.spec, self.arm, self.round) = (spec, arm, round)
            (id, state, reason) = (nil, "pending", "")
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            spec = try fields.text("spec")
            arm = try fields.text("arm")
            round = try fields.integer("round")
            id = try fields.optionalInteger("id")
            state = try fields.text("state")
            reason = try fields.optionalText("reason") ?? ""
        }

        var json: JSON {
            [
                "spec": .string(spec), "arm": .string(arm), "round": JSON(round), "id": JSON(id),
                "state": .string(state), "reason": .string(reason),
            ]
        }
    }

    /// A run that began at `startedAt`.
    public init(run: String, tier: String, rounds: Int, startedAt: WallTime, stable: Arm, candidate: Arm) {
        (self.run, self.tier, self.rounds, self.startedAt) = (run, tier, rounds, startedAt)
        (self.stable, self.candidate) = (stable, candidate)
        (state, reason, endedAt, jobs) = ("running", "", nil, [])
    }

    /// Reads the JSON form.
    public init(json: JSON, at place: String = "") throws(JSONError) {
        let fields = try Fields(json, at: place)
        run = try fields.text("run")
        tier = try fields.text("tier")
        state = try fields.text("state")
        reason = try fields.optionalText("reason") ?? ""
        rounds = try fields.integer("rounds")
        startedAt = try fields.time("started_at")
        endedAt = try fields.optionalTime("ended_at")
        stable = try Arm(json: fields.value("stable"), at: "stable")
        candidate = try Arm(json: fields.value("candidate"), at: "candidate")
        jobs = try fields.list("jobs", Job.init)
    }

    /// The JSON form.
    public var json: JSON {
        [
            "run": .string(run), "tier": .string(tier), "state": .string(state), "reason": .string(reason),
            "rounds": JSON(rounds), "started_at": .string(startedAt.text), "ended_at": JSON(endedAt?.text),
            "stable": stable.json, "candidate": candidate.json, "jobs": .array(jobs.map(\.json)),
        ]
    }
}

/// What `POST /v1/models/validate` is told.
public struct GoldenRequest: Hashable, Sendable {
    /// The tier.
    public var tier: String
    /// The model that is to pass; nil: the candidate of the tier.
    public var candidate: String?
    /// Each job is run so often by each model.
    public var rounds: Int

    /// A run of `rounds` rounds.
    public init(tier: String, candidate: String? = nil, rounds: Int = 1) {
        (self.tier, self.candidate, self.rounds) = (tier, candidate, rounds)
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        try fields.allow(only: ["tier", "candidate", "rounds"])
        self.init(
            tier: try fields.text("tier"), candidate: try fields.optionalText("candidate"),
            rounds: try fields.optionalInteger("rounds") ?? 1)
    }

    /// The JSON form.
    public var json: JSON {
        ["tier": .string(tier), "candidate": JSON(candidate), "rounds": JSON(rounds)]
    }
}
