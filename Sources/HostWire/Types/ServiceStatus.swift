// SPDX-License-Identifier: Apache-2.0

/// One service: what `GET /v1/services/NAME` answers.
public struct ServiceStatus: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// `stopped`, `waiting`, `starting`, `running`, `ready`, `unhealthy`, `stopping`, `backoff`, `looping` or `held`.
    public var state: String
    /// Since when it is in this state.
    public var since: WallTime
    /// The main process, not its keeper; nil when there is none.
    public var pid: Int32?
    /// How often it was replaced.
    public var restarts: UInt64
    /// Why it is in this state, with the evidence.
    public var reason: String
    /// The model that it was started with, if any.
    public var model: String?
    /// The policy says another model than it has: the next launch, or what `model_change` says, brings it.
    public var isModelPending = false
    /// Whether it can take work.
    public var ready: Bool
    /// How its newest instance that ended did so; nil when none has.
    public var lastExit: LastExit?
    /// Its newest end that nobody wanted, as far as it is kept.
    public var lastCrash: CrashBrief?
    /// The keeper's pid.
    public var keeperPid: Int32?
    /// The current instance, `gateway.17`.
    public var instance: String?
    /// Seconds since its main process started.
    public var uptimeSeconds: Double?
    /// Its probes by kind (`startup`, `live`, `ready`); a kind that is missing is not asked.
    public var health: [String: ProbeStatus]
    /// What it last said of itself (STATUS= of sd_notify); nil when it said nothing.
    public var statusText: String?
    /// When it is tried again, in `backoff`, `looping` and `waiting`.
    public var nextAttemptAt: WallTime?
    /// TCP ports that it needs.
    public var ports: [UInt16]
    /// Where hostd listens for it, over its restarts: `127.0.0.1:4000`.
    public var listen: [String] = []
    /// What it may use, in the order of the reference.
    public var limits: [LimitStatus] = []
    /// What it uses; nil while nothing runs or nobody has looked yet.
    public var use: ServiceUse?
    /// The file that its output goes to.
    public var log: String?
    /// The name without the number of the instance: `gateway` of `gateway@2`.
    public var family: String
    /// What it is tagged with.
    public var tags: [String]
    /// Services that must have been ready before it starts.
    public var after: [String]

    /// The kinds of probes in the order of a service's life.
    public static let probeKinds = ["startup", "live", "ready"]

    /// A service.
    public init(
        name: String, state: String, since: WallTime, pid: Int32? = nil, restarts: UInt64 = 0, reason: String = "",
        model: String? = nil, ready: Bool = false, lastExit: LastExit? = nil, keeperPid: Int32? = nil,
        instance: String? = nil, uptimeSeconds: Double? = nil, health: [String: ProbeStatus] = [:],
        nextAttemptAt: WallTime? = nil, ports: [UInt16] = [], log: String? = nil, family: String? = nil,
        tags: [String] = [], after: [String] = [], statusText: String? = nil
    ) {
        self.name = name
        self.state = state
        self.since = since
        self.pid = pid
        self.restarts = restarts
        self.reason = reason
        self.model = model
        self.ready = ready
        self.lastExit = lastExit
        self.keeperPid = keeperPid
        self.instance = instance
        self.uptimeSeconds = uptimeSeconds
        self.health = health
        self.statusText = statusText
        self.nextAttemptAt = nextAttemptAt
        self.ports = ports
        self.log = log
        self.family = family ?? Self.family(of: name)
        self.tags = tags
        self.after = after
    }

    static func family(of name: String) -> String { String(name.prefix { $0 != "@" }) }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        try self.init(json: json, at: "")
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        state = try fields.text("state")
        since = try fields.time("since")
        pid = try fields.optionalInteger("pid")
        restarts = try fields.optionalInteger("restarts") ?? 0
        reason = try fields.optionalText("reason") ?? ""
        model = try fields.optionalText("model")
        isModelPending = try fields.optionalBool("model_pending") ?? false
        ready = try fields.bool("ready")
        lastExit = try fields.optional("last_exit", LastExit.init)
        lastCrash = try fields.optional("last_crash", CrashBrief.init)
        keeperPid = try fields.optionalInteger("keeper_pid")
        instance = try fields.optionalText("instance")
        uptimeSeconds = try fields.optionalNumber("uptime_s")
        health = try fields.optional("health", Self.probes) ?? [:]
        statusText = try fields.optionalText("status_text")
        nextAttemptAt = try fields.optionalTime("next_attempt_at")
        ports = try fields.list("ports") { json, place throws(JSONError) in
            guard case .integer(let number) = json, let port = UInt16(exactly: number) else {
                throw JSONError("\(place) is no port (0 to 65535)")
            }
            return port
        }
        listen = try fields.texts("listen")
        limits = try fields.list("limits", LimitStatus.init)
        use = try fields.optional("use", ServiceUse.init)
        log = try fields.optionalText("log")
        family = try fields.optionalText("family") ?? Self.family(of: name)
        tags = try fields.texts("tags")
        after = try fields.texts("after")
    }

    /// The JSON form.
    public var json: JSON {
        [
            "name": .string(name), "state": .string(state), "since": .string(since.text), "pid": JSON(pid),
            "restarts": JSON(restarts), "reason": .string(reason), "model": JSON(model), "ready": .bool(ready),
            "last_exit": lastExit?.json ?? .null, "last_crash": lastCrash?.json ?? .null,
            "keeper_pid": JSON(keeperPid), "instance": JSON(instance), "uptime_s": JSON(uptimeSeconds),
            "health": .object(Self.probeKinds.map { JSON.Member(key: $0, value: health[$0]?.json ?? .null) }),
            "next_attempt_at": JSON(nextAttemptAt?.text), "ports": .array(ports.map { JSON($0) }),
            "listen": .array(listen.map { .string($0) }), "log": JSON(log),
            "family": .string(family), "tags": .array(tags.map { .string($0) }),
            "after": .array(after.map { .string($0) }),
            "status_text": JSON(statusText), "limits": .array(limits.map(\.json)),
            "use": use?.json ?? .null, "model_pending": .bool(isModelPending),
        ]
    }

    private static func probes(_ json: JSON, at place: String) throws(JSONError) -> [String: ProbeStatus] {
        let fields = try Fields(json, at: place)
        var probes: [String: ProbeStatus] = [:]
        for kind in probeKinds { probes[kind] = try fields.optional(kind, ProbeStatus.init) }
        return probes
    }
}
