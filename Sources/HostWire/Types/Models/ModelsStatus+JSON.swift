// SPDX-License-Identifier: Apache-2.0

extension ModelsStatus {
    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        policy = try PolicyStatus(json: fields.value("policy"), at: "policy")
        note = try fields.optionalText("note") ?? ""
        origin = try fields.optionalText("origin")
        by = try fields.optionalText("by")
        file = try FileStatus(json: fields.value("file"), at: "file")
        tiers = try fields.list("tiers", TierStatus.init)
        targets = try fields.list("targets", TargetStatus.init)
        services = try fields.list("services", ServiceModels.init)
        jobsOnEarlier = try fields.optionalInteger("jobs_on_earlier") ?? 0
    }

    /// The JSON form.
    public var json: JSON {
        [
            "policy": policy.json, "note": .string(note), "origin": JSON(origin), "by": JSON(by), "file": file.json,
            "tiers": .array(tiers.map(\.json)), "targets": .array(targets.map(\.json)),
            "services": .array(services.map(\.json)), "jobs_on_earlier": JSON(jobsOnEarlier),
        ]
    }
}

extension ModelsStatus.FileStatus {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(
            path: try fields.text("path"), state: try fields.text("state"), errors: try fields.texts("errors"),
            source: try fields.optionalText("source"),
            sourceProblem: try fields.optionalText("source_problem") ?? "")
    }

    var json: JSON {
        [
            "path": .string(path), "state": .string(state), "errors": .array(errors.map { .string($0) }),
            "source": JSON(source), "source_problem": .string(sourceProblem),
        ]
    }
}

extension ModelsStatus.TierStatus {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(name: try fields.text("name"), model: try fields.text("model"))
        fallback = try fields.texts("fallback")
        allow = try fields.texts("allow")
        gray = try fields.optional("gray", ModelsStatus.Trial.init)
    }

    var json: JSON {
        [
            "name": .string(name), "model": .string(model), "fallback": .array(fallback.map { .string($0) }),
            "allow": .array(allow.map { .string($0) }), "gray": gray?.json ?? .null,
        ]
    }
}

extension ModelsStatus.Trial {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(
            model: try fields.text("model"), share: try fields.optionalNumber("share") ?? 0,
            promote: try fields.text("promote"), phase: try fields.text("phase"))
        reason = try fields.optionalText("reason") ?? ""
        since = try fields.optionalTime("since")
        failures = try fields.optionalInteger("failures") ?? 0
        jobs = try fields.optionalInteger("jobs") ?? 0
        stableFailures = try fields.optionalInteger("stable_failures") ?? 0
        stableJobs = try fields.optionalInteger("stable_jobs") ?? 0
    }

    var json: JSON {
        [
            "model": .string(model), "share": .number(share), "promote": .string(promote), "phase": .string(phase),
            "reason": .string(reason), "since": JSON(since?.text), "failures": JSON(failures), "jobs": JSON(jobs),
            "stable_failures": JSON(stableFailures), "stable_jobs": JSON(stableJobs),
        ]
    }
}

extension ModelsStatus.TargetStatus {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(
            name: try fields.text("name"), generation: try fields.optionalInteger("generation"),
            ok: try fields.optionalBool("ok") ?? false, reason: try fields.optionalText("reason") ?? "")
    }

    var json: JSON {
        [
            "name": .string(name), "generation": JSON(generation), "ok": .bool(ok), "reason": .string(reason),
        ]
    }
}

extension ModelsStatus.ServiceModels {
    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        self.init(
            name: try fields.text("name"), generation: try fields.optionalInteger("generation"),
            models: try fields.dictionary("models"), isPending: try fields.optionalBool("pending") ?? false)
    }

    var json: JSON {
        let all = models.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .string($0.value)) }
        return [
            "name": .string(name), "generation": JSON(generation), "models": .object(all),
            "pending": .bool(isPending),
        ]
    }
}
