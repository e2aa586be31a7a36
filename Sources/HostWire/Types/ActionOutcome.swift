// SPDX-License-Identifier: Apache-2.0

/// What became of something that was to be done to a service.
public struct ActionOutcome: Hashable, Sendable {
    /// The service.
    public var service: String
    /// `start`, `stop`, `restart`, `reset`, `signal` or `reload`.
    public var action: String
    /// Whether it got there; with `wait=false`, whether it was accepted.
    public var ok: Bool
    /// The state that the service has now.
    public var state: String
    /// Why, with the evidence.
    public var reason: String
    /// The main process, if one runs now.
    public var pid: Int32?
    /// How long it took.
    public var durationMilliseconds: Double?

    /// An outcome.
    public init(
        service: String, action: String, ok: Bool, state: String, reason: String = "", pid: Int32? = nil,
        durationMilliseconds: Double? = nil
    ) {
        self.service = service
        self.action = action
        self.ok = ok
        self.state = state
        self.reason = reason
        self.pid = pid
        self.durationMilliseconds = durationMilliseconds
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        try self.init(json: json, at: "")
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        service = try fields.text("service")
        action = try fields.text("action")
        ok = try fields.bool("ok")
        state = try fields.text("state")
        reason = try fields.optionalText("reason") ?? ""
        pid = try fields.optionalInteger("pid")
        durationMilliseconds = try fields.optionalNumber("duration_ms")
    }

    /// The JSON form.
    public var json: JSON {
        [
            "service": .string(service), "action": .string(action), "ok": .bool(ok), "state": .string(state),
            "reason": .string(reason), "pid": JSON(pid), "duration_ms": JSON(durationMilliseconds),
        ]
    }
}
