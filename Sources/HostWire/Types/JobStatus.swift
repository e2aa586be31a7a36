// SPDX-License-Identifier: Apache-2.0

/// One job with all that is known of it: what `GET /v1/jobs/ID` answers.
public struct JobStatus: Hashable, Sendable {
    /// What a list says of it.
    public var brief: JobBrief
    /// Its attempts, the first one first; of very many the newest.
    public var attempts: [JobAttempt]
    /// What it came to, in its own words; nil while it is not over, or has none.
    public var result: String?
    /// How the attempt ended that ended it.
    public var exit: JobAttempt.Exit?
    /// Counted failures since it last made progress.
    public var failures: Int
    /// So many of them end the job; 0 where nobody knows.
    public var failuresAllowed: Int
    /// Disruptions since it last made progress.
    public var disruptions: Int
    /// The session that it goes on in.
    public var session: String?
    /// From where it can go on, in its own words.
    public var checkpoint: String?
    /// The main process of the attempt that is under way, not its keeper.
    public var pid: Int32?
    /// The attempt that is under way, `job-42.3`.
    public var instance: String?
    /// Jobs that it waits for.
    public var after: [Int64]
    /// The file that its output goes to.
    public var log: String?
    /// What was submitted; values of its environment are hidden.
    public var submission: JSON

    /// A job.
    public init(brief: JobBrief, attempts: [JobAttempt], submission: JSON) {
        self.brief = brief
        self.attempts = attempts
        failures = 0
        failuresAllowed = 0
        disruptions = 0
        after = []
        self.submission = submission
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        brief = try JobBrief(json: json, at: "")
        let fields = try Fields(json, at: "")
        attempts = try fields.list("attempts", JobAttempt.init)
        result = try fields.optionalText("result")
        exit = try fields.optional("exit", JobAttempt.Exit.init)
        failures = try fields.optionalInteger("failures") ?? 0
        failuresAllowed = try fields.optionalInteger("failures_allowed") ?? 0
        disruptions = try fields.optionalInteger("disruptions") ?? 0
        session = try fields.optionalText("session")
        checkpoint = try fields.optionalText("checkpoint")
        pid = try fields.optionalInteger("pid")
        instance = try fields.optionalText("instance")
        after = try fields.list("after") { json, place throws(JSONError) in
            guard case .integer(let number) = json else { throw JSONError("\(place) is no number of a job") }
            return number
        }
        log = try fields.optionalText("log")
        submission = fields.value("submission")
    }

    /// The JSON form.
    public var json: JSON {
        let own: [(String, JSON)] = [
            ("attempts", .array(attempts.map(\.json))), ("result", JSON(result)), ("exit", exit?.json ?? .null),
            ("failures", JSON(failures)), ("failures_allowed", JSON(failuresAllowed)),
            ("disruptions", JSON(disruptions)), ("session", JSON(session)), ("checkpoint", JSON(checkpoint)),
            ("pid", JSON(pid)), ("instance", JSON(instance)), ("after", .array(after.map { .integer($0) })),
            ("log", JSON(log)), ("submission", submission),
        ]
        return .object(brief.members + own.map { JSON.Member(key: $0.0, value: $0.1) })
    }
}

/// One attempt of a job.
public struct JobAttempt: Hashable, Sendable {
    /// Which attempt, from 1.
    public var number: UInt64
    /// `launching`, `running`, `succeeded`, `failed`, `disrupted` or `cancelled`.
    public var state: String
    /// Why it ended, in words.
    public var reason: String
    /// How its main process ended; nil while it runs.
    public var exit: Exit?
    /// The model that it was launched with.
    public var model: String?
    /// The tier of the policy that the model is for.
    public var tier: String?
    /// The arm of a gray release: `stable` or `gray`; `chosen` where the submission names the model.
    public var arm: String?
    /// The generation of the policy.
    public var generation: Int64?
    /// Tokens that the model read, those of a cache too; nil where the output does not say it.
    public var tokensInput: UInt64?
    /// Tokens that the model wrote.
    public var tokensOutput: UInt64?
    /// Calls of tools.
    public var toolCalls: UInt64?
    /// Calls of tools that failed.
    public var toolFailures: UInt64?
    /// It failed, and the model can be blamed.
    public var blamesModel: Bool
    /// It went on with what an earlier attempt did.
    public var isResumed: Bool
    /// When it was launched.
    public var startedAt: WallTime
    /// When it was over.
    public var endedAt: WallTime?

    /// How a main process ended.
    public struct Exit: Hashable, Sendable {
        /// Its exit code; nil when a signal ended it or nobody saw its end.
        public var code: Int32?
        /// The number of the signal that ended it.
        public var signal: Int32?

        /// An end.
        public init(code: Int32?, signal: Int32?) {
            self.code = code
            self.signal = signal
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            code = try fields.optionalInteger("code")
            signal = try fields.optionalInteger("signal")
        }

        var json: JSON { ["code": JSON(code), "signal": JSON(signal)] }
    }

    /// An attempt that was launched at `startedAt`.
    public init(number: UInt64, state: String, startedAt: WallTime) {
        self.number = number
        self.state = state
        reason = ""
        isResumed = false
        blamesModel = false
        self.startedAt = startedAt
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        number = try fields.integer("number")
        state = try fields.text("state")
        reason = try fields.optionalText("reason") ?? ""
        exit = try fields.optional("exit", Exit.init)
        model = try fields.optionalText("model")
        tier = try fields.optionalText("tier")
        arm = try fields.optionalText("arm")
        generation = try fields.optionalInteger("generation")
        tokensInput = try fields.optionalInteger("tokens_input")
        tokensOutput = try fields.optionalInteger("tokens_output")
        toolCalls = try fields.optionalInteger("tool_calls")
        toolFailures = try fields.optionalInteger("tool_failures")
        blamesModel = try fields.optionalBool("blames_model") ?? false
        isResumed = try fields.optionalBool("resumed") ?? false
        startedAt = try fields.time("started_at")
        endedAt = try fields.optionalTime("ended_at")
    }

    var json: JSON {
        [
            "number": JSON(number), "state": .string(state), "reason": .string(reason),
            "exit": exit?.json ?? .null, "model": JSON(model), "tier": JSON(tier), "arm": JSON(arm),
            "generation": JSON(generation), "tokens_input": JSON(tokensInput), "tokens_output": JSON(tokensOutput),
            "tool_calls": JSON(toolCalls), "tool_failures": JSON(toolFailures), "blames_model": .bool(blamesModel),
            "resumed": .bool(isResumed), "started_at": .string(startedAt.text), "ended_at": JSON(endedAt?.text),
        ]
    }
}
