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

    /// A supervisor.
    public init(name: String, version: String, pid: Int32, uptimeSeconds: Double, launcher: String) {
        self.name = name
        self.version = version
        self.pid = pid
        self.uptimeSeconds = uptimeSeconds
        self.launcher = launcher
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        version = try fields.text("version")
        pid = try fields.integer("pid")
        uptimeSeconds = try fields.optionalNumber("uptime_s") ?? 0
        launcher = try fields.optionalText("launcher") ?? ""
    }

    var json: JSON {
        [
            "name": .string(name), "version": .string(version), "pid": JSON(pid), "uptime_s": .number(uptimeSeconds),
            "launcher": .string(launcher),
        ]
    }
}
