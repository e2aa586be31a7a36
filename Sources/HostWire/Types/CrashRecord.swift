// SPDX-License-Identifier: Apache-2.0

/// All that was kept of an end that nobody wanted: what `GET /v1/crashes/ID` answers.
public struct CrashRecord: Hashable, Sendable {
    /// A line that the launch wrote.
    public struct Line: Hashable, Sendable {
        /// When it arrived.
        public var at: WallTime?
        /// `stdout` or `stderr` where they are kept apart, else nil.
        public var stream: String?
        /// The line, cut and without secrets.
        public var text: String

        /// A line.
        public init(at: WallTime?, stream: String?, text: String) {
            self.at = at
            self.stream = stream
            self.text = text
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            at = try fields.optionalTime("at")
            stream = try fields.optionalText("stream")
            text = try fields.text("text")
        }

        var json: JSON { ["at": JSON(at?.text), "stream": JSON(stream), "text": .string(text)] }
    }

    /// The gist.
    public var brief: CrashBrief
    /// How long its main process ran, in seconds.
    public var ranSeconds: Double
    /// How often the service had been replaced.
    public var restarts: UInt64
    /// The main process: `pid`, `user_s`, `system_s`, `max_rss_bytes`, `left_overs`, `core`; null when not known.
    public var usage = JSON.null
    /// The host: `total_bytes`, `available_bytes`, `swap_free_bytes`.
    public var memory = JSON.null
    /// The host's load averages.
    public var load: [Double] = []
    /// By resource (`cpu`, `io`, `memory`) `some` and `full`, each the shares of the last 10, 60 and 300 s in percent.
    public var pressure = JSON.null
    /// Its cgroup: `memory_bytes`, `peak_bytes`, `limit_bytes`, `oom_kills`, `pressure`; null without one.
    public var cgroup = JSON.null
    /// What services depend on, as it was then.
    public var conditions: [ConditionStatus] = []
    /// The newest answer of each probe, by kind; a kind that is missing was not asked.
    public var probes: [String: ProbeStatus] = [:]
    /// What it last said of itself (STATUS= of sd_notify).
    public var statusText: String?
    /// The model that it was started with, if any.
    public var model: String?
    /// The Node that it ran on; null when it had none of its own.
    public var node = JSON.null
    /// The last lines that it wrote, the oldest first.
    public var lines: [Line] = []
    /// Whether these are all that it wrote.
    public var isAll = true
    /// The version of hostd that kept it.
    public var version: String

    /// What is known at once.
    public init(brief: CrashBrief, ranSeconds: Double, restarts: UInt64, version: String) {
        self.brief = brief
        self.ranSeconds = ranSeconds
        self.restarts = restarts
        self.version = version
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        brief = try CrashBrief(json: json)
        ranSeconds = try fields.optionalNumber("ran_s") ?? 0
        restarts = try fields.optionalInteger("restarts") ?? 0
        usage = fields.value("usage")
        memory = fields.value("memory")
        pressure = fields.value("pressure")
        cgroup = fields.value("cgroup")
        node = fields.value("node")
        load = try fields.list("load") { json, place throws(JSONError) in
            switch json {
            case .number(let number): return number
            case .integer(let number): return Double(number)
            default: throw JSONError("\(place) is no number")
            }
        }
        conditions = try fields.list("conditions", ConditionStatus.init)
        let health = try fields.optional("probes") { json, place throws(JSONError) in try Fields(json, at: place) }
        for kind in ServiceStatus.probeKinds { probes[kind] = try health?.optional(kind, ProbeStatus.init) }
        statusText = try fields.optionalText("status_text")
        model = try fields.optionalText("model")
        lines = try fields.list("lines", Line.init)
        isAll = try fields.optionalBool("all") ?? true
        version = try fields.optionalText("version") ?? ""
    }

    /// The JSON form.
    public var json: JSON {
        let probes = ServiceStatus.probeKinds.map { JSON.Member(key: $0, value: self.probes[$0]?.json ?? .null) }
        let rest: JSON = [
            "ran_s": .number(ranSeconds), "restarts": JSON(restarts), "usage": usage, "memory": memory,
            "load": .array(load.map { .number($0) }), "pressure": pressure, "cgroup": cgroup,
            "conditions": .array(conditions.map(\.json)), "probes": .object(probes), "status_text": JSON(statusText),
            "model": JSON(model), "node": node, "lines": .array(lines.map(\.json)), "all": .bool(isAll),
            "version": .string(version),
        ]
        guard case .object(let members) = rest else { return brief.json }
        return .object(brief.members + members)
    }
}
