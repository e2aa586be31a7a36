// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/models/report?days=N` answers: what each model did in the last N days and in the N days before.
public struct ModelReport: Hashable, Sendable {
    /// What was done with a model in one span of time.
    public struct Use: Hashable, Sendable {
        /// Jobs that had an attempt with it.
        public var jobs: Int64 = 0
        /// Attempts that ended.
        public var attempts: Int64 = 0
        /// Attempts that failed, for whatever reason.
        public var failures: Int64 = 0
        /// Those of them that the model can be blamed for.
        public var blamed: Int64 = 0
        /// Attempts whose tokens could not be read.
        public var uncounted: Int64 = 0
        /// Tokens that it read.
        public var tokensInput: Int64 = 0
        /// Tokens that it wrote.
        public var tokensOutput: Int64 = 0
        /// Calls of tools.
        public var toolCalls: Int64 = 0
        /// Those that failed.
        public var toolFailures: Int64 = 0
        /// How long the attempts took together, in seconds.
        public var seconds: Double = 0
        /// Dollars, by the prices of the policy in force; nil: it has no price there.
        public var spend: Double?

        /// Nothing was done.
        public init() {}

        /// All tokens.
        public var tokens: Int64 { tokensInput + tokensOutput }
    }

    /// One model.
    public struct Row: Hashable, Sendable {
        /// The model.
        public var model: String
        /// The tiers that named it.
        public var tiers: [String]
        /// In the span that was asked for.
        public var use: Use
        /// In the span of the same length before it.
        public var before: Use
        /// Its share of all tokens, 0 to 1.
        public var shareOfTokens: Double
        /// Its share of all dollars, 0 to 1; nil: it has no price.
        public var shareOfSpend: Double?

        /// A row.
        public init(
            model: String, tiers: [String], use: Use, before: Use, shareOfTokens: Double, shareOfSpend: Double?
        ) {
            (self.model, self.tiers, self.use, self.before) = (model, tiers, use, before)
            (self.shareOfTokens, self.shareOfSpend) = (shareOfTokens, shareOfSpend)
        }
    }

    /// From when, and until when.
    public var from: WallTime
    /// Until when.
    public var to: WallTime
    /// The models, most tokens first.
    public var rows: [Row]
    /// Launches of services by model in the span: `service`, `model`, `generation`, `launches`.
    public var services: [ServiceUse]

    /// A service's launches with one model.
    public struct ServiceUse: Hashable, Sendable {
        /// The service.
        public var service: String
        /// The tier.
        public var tier: String
        /// The model.
        public var model: String
        /// The generation.
        public var generation: Int64
        /// How often it was launched with it.
        public var launches: Int64

        /// Launches.
        public init(service: String, tier: String, model: String, generation: Int64, launches: Int64) {
            (self.service, self.tier, self.model) = (service, tier, model)
            (self.generation, self.launches) = (generation, launches)
        }
    }

    /// A report.
    public init(from: WallTime, to: WallTime, rows: [Row], services: [ServiceUse]) {
        (self.from, self.to, self.rows, self.services) = (from, to, rows, services)
    }
}

extension ModelReport {
    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        guard let from = try fields.optionalTime("from"), let to = try fields.optionalTime("to") else {
            throw JSONError("from or to is no time")
        }
        self.init(
            from: from, to: to, rows: try fields.list("models", Row.init),
            services: try fields.list("services", ServiceUse.init))
    }

    /// The JSON form.
    public var json: JSON {
        [
            "from": .string(from.text), "to": .string(to.text), "models": .array(rows.map(\.json)),
            "services": .array(services.map(\.json)),
        ]
    }
}

extension ModelReport.Row {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(
            model: try fields.text("model"), tiers: try fields.texts("tiers"),
            use: try fields.optional("use", ModelReport.Use.init) ?? ModelReport.Use(),
            before: try fields.optional("before", ModelReport.Use.init) ?? ModelReport.Use(),
            shareOfTokens: try fields.optionalNumber("share_of_tokens") ?? 0,
            shareOfSpend: try fields.optionalNumber("share_of_spend"))
    }

    var json: JSON {
        [
            "model": .string(model), "tiers": .array(tiers.map { .string($0) }), "use": use.json,
            "before": before.json, "share_of_tokens": .number(shareOfTokens), "share_of_spend": JSON(shareOfSpend),
        ]
    }
}

extension ModelReport.Use {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        func count(_ key: String) throws(JSONError) -> Int64 { try fields.optionalInteger(key) ?? 0 }
        jobs = try count("jobs")
        attempts = try count("attempts")
        failures = try count("failures")
        blamed = try count("blamed")
        uncounted = try count("uncounted")
        tokensInput = try count("tokens_input")
        tokensOutput = try count("tokens_output")
        toolCalls = try count("tool_calls")
        toolFailures = try count("tool_failures")
        seconds = try fields.optionalNumber("seconds") ?? 0
        spend = try fields.optionalNumber("spend_usd")
    }

    var json: JSON {
        [
            "jobs": .integer(jobs), "attempts": .integer(attempts), "failures": .integer(failures),
            "blamed": .integer(blamed), "uncounted": .integer(uncounted), "tokens_input": .integer(tokensInput),
            "tokens_output": .integer(tokensOutput), "tool_calls": .integer(toolCalls),
            "tool_failures": .integer(toolFailures), "seconds": .number(seconds), "spend_usd": JSON(spend),
        ]
    }
}

extension ModelReport.ServiceUse {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(
            service: try fields.text("service"), tier: try fields.text("tier"), model: try fields.text("model"),
            generation: try fields.integer("generation"), launches: try fields.integer("launches"))
    }

    var json: JSON {
        [
            "service": .string(service), "tier": .string(tier), "model": .string(model),
            "generation": .integer(generation), "launches": .integer(launches),
        ]
    }
}
