// SPDX-License-Identifier: Apache-2.0

/// The gist of an end that nobody wanted.
public struct CrashBrief: Hashable, Sendable {
    /// What it is asked for by: `20261124T131502.123Z-gateway.17`.
    public var id: String
    /// The service.
    public var service: String
    /// The launch that ended: `gateway.17`.
    public var instance: String
    /// When.
    public var at: WallTime
    /// Its exit code; nil when a signal ended it, it never ran or nobody saw its end.
    public var code: Int32?
    /// The number of the signal that ended it.
    public var signal: Int32?
    /// How it ended, in words: "exit 1 after 400 ms".
    public var text: String
    /// What hostd ended it for; nil when it ended by itself.
    public var why: String?
    /// The last line that it wrote; nil when it wrote none.
    public var lastLine: String?

    /// An end.
    public init(
        id: String, service: String, instance: String, at: WallTime, code: Int32? = nil, signal: Int32? = nil,
        text: String, why: String? = nil, lastLine: String? = nil
    ) {
        self.id = id
        self.service = service
        self.instance = instance
        self.at = at
        self.code = code
        self.signal = signal
        self.text = text
        self.why = why
        self.lastLine = lastLine
    }

    /// Reads the JSON form; further members are passed over.
    public init(json: JSON) throws(JSONError) {
        try self.init(json: json, at: "")
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        id = try fields.text("id")
        service = try fields.text("service")
        instance = try fields.text("instance")
        at = try fields.time("at")
        code = try fields.optionalInteger("code")
        signal = try fields.optionalInteger("signal")
        text = try fields.text("text")
        why = try fields.optionalText("why")
        lastLine = try fields.optionalText("last_line")
    }

    /// The JSON form.
    public var json: JSON { .object(members) }

    var members: [JSON.Member] {
        [
            .init(key: "id", value: .string(id)), .init(key: "service", value: .string(service)),
            .init(key: "instance", value: .string(instance)), .init(key: "at", value: .string(at.text)),
            .init(key: "code", value: JSON(code)), .init(key: "signal", value: JSON(signal)),
            .init(key: "text", value: .string(text)), .init(key: "why", value: JSON(why)),
            .init(key: "last_line", value: JSON(lastLine)),
        ]
    }
}

/// What `GET /v1/crashes` answers.
public struct CrashList: Hashable, Sendable {
    /// The newest first.
    public var crashes: [CrashBrief]

    /// These.
    public init(crashes: [CrashBrief]) {
        self.crashes = crashes
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        crashes = try Fields(json, at: "").list("crashes", CrashBrief.init)
    }

    /// The JSON form.
    public var json: JSON { ["crashes": .array(crashes.map(\.json))] }
}
