// SPDX-License-Identifier: Apache-2.0

/// The newest answer of one probe.
public struct ProbeStatus: Hashable, Sendable {
    /// Whether it was good; nil before the first answer, and when hostd could not ask.
    public var ok: Bool?
    /// When it came.
    public var at: WallTime?
    /// How long it took.
    public var durationMilliseconds: Double?
    /// What was found: "200 OK", "connection refused".
    public var seen: String
    /// What is asked: "http http://127.0.0.1:18789/healthz".
    public var target: String
    /// Bad answers in a row.
    public var failures: Int

    /// An answer; with only `target`, a probe that was not asked yet.
    public init(
        ok: Bool? = nil, at: WallTime? = nil, durationMilliseconds: Double? = nil, seen: String = "",
        target: String = "", failures: Int = 0
    ) {
        self.ok = ok
        self.at = at
        self.durationMilliseconds = durationMilliseconds
        self.seen = seen
        self.target = target
        self.failures = failures
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        ok = try fields.optionalBool("ok")
        at = try fields.optionalTime("at")
        durationMilliseconds = try fields.optionalNumber("duration_ms")
        seen = try fields.optionalText("seen") ?? ""
        target = try fields.optionalText("target") ?? ""
        failures = try fields.optionalInteger("failures") ?? 0
    }

    var json: JSON {
        [
            "ok": JSON(ok), "at": JSON(at?.text), "duration_ms": JSON(durationMilliseconds), "seen": .string(seen),
            "target": .string(target), "failures": JSON(failures),
        ]
    }
}
