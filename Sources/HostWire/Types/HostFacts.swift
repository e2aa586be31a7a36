// SPDX-License-Identifier: Apache-2.0

/// The supervisor itself.
public struct HostFacts: Hashable, Sendable {
    /// The host's name.
    public var name: String
    /// hostd's version.
    public var version: String
    /// hostd's pid.
    public var pid: Int32
    /// Seconds since hostd started.
    public var uptimeSeconds: Double
    /// `direct` or `systemd`.
    public var launcher: String
    /// The services for which the host is kept from sleeping now.
    public var keepAwake: [String]
    /// Why it cannot be kept from it, where that is wanted; nil when it can.
    public var keepAwakeProblem: String?

    /// A supervisor.
    public init(
        name: String, version: String, pid: Int32, uptimeSeconds: Double, launcher: String, keepAwake: [String] = [],
        keepAwakeProblem: String? = nil
    ) {
        self.name = name
        self.version = version
        self.pid = pid
        self.uptimeSeconds = uptimeSeconds
        self.launcher = launcher
        self.keepAwake = keepAwake
        self.keepAwakeProblem = keepAwakeProblem
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        version = try fields.text("version")
        pid = try fields.integer("pid")
        uptimeSeconds = try fields.optionalNumber("uptime_s") ?? 0
        launcher = try fields.optionalText("launcher") ?? ""
        keepAwake = try fields.texts("keep_awake")
        keepAwakeProblem = try fields.optionalText("keep_awake_problem")
    }

    var json: JSON {
        [
            "name": .string(name), "version": .string(version), "pid": JSON(pid), "uptime_s": .number(uptimeSeconds),
            "launcher": .string(launcher), "keep_awake": .array(keepAwake.map { .string($0) }),
            "keep_awake_problem": JSON(keepAwakeProblem),
        ]
    }
}
