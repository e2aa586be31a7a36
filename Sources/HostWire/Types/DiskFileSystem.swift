// SPDX-License-Identifier: Apache-2.0

/// A file system that is watched.
public struct DiskFileSystem: Hashable, Sendable {
    /// The folder that it is named by.
    public var path: String
    /// All watched folders on it.
    public var paths: [String]
    /// Its type: "ext4".
    public var type: String
    /// How far it has come: `fine`, `warn`, `gate`, `evict`, `emergency`.
    public var step: String
    /// What that means for the condition: `ok`, `warn`, `critical`.
    public var level: String
    /// What is wrong; empty where nothing is.
    public var reason: String
    /// Bytes that may still be written.
    public var freeBytes: UInt64
    /// All bytes for users like hostd.
    public var capacityBytes: UInt64
    /// The share that is left, in percent.
    public var freePercent: Double
    /// Inodes left.
    public var freeInodes: UInt64
    /// All inodes; 0 where there is no fixed number of them.
    public var inodes: UInt64
    /// The time until it is full; nil where nothing says that it will be.
    public var fullInSeconds: Double?
    /// Whether it is mounted read-only.
    public var isReadOnly: Bool
    /// With fewer bytes left the steps are reached, by their names.
    public var limits: [String: UInt64]
    /// The free bytes of the last hours, one for each `stepSeconds`, the oldest first; nil where nobody looked.
    public var series: [UInt64?]
    /// The time that a figure of the series stands for.
    public var stepSeconds: Int

    /// A file system.
    public init(
        path: String, paths: [String], type: String, step: String, level: String, reason: String, freeBytes: UInt64,
        capacityBytes: UInt64, freePercent: Double, freeInodes: UInt64 = 0, inodes: UInt64 = 0,
        fullInSeconds: Double? = nil, isReadOnly: Bool = false, limits: [String: UInt64] = [:],
        series: [UInt64?] = [], stepSeconds: Int = 60
    ) {
        self.path = path
        self.paths = paths
        self.type = type
        self.step = step
        self.level = level
        self.reason = reason
        self.freeBytes = freeBytes
        self.capacityBytes = capacityBytes
        self.freePercent = freePercent
        self.freeInodes = freeInodes
        self.inodes = inodes
        self.fullInSeconds = fullInSeconds
        self.isReadOnly = isReadOnly
        self.limits = limits
        self.series = series
        self.stepSeconds = stepSeconds
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        path = try fields.text("path")
        paths = try fields.texts("paths")
        type = try fields.text("type")
        step = try fields.text("step")
        level = try fields.text("level")
        reason = try fields.optionalText("reason") ?? ""
        freeBytes = try fields.integer("free_bytes")
        capacityBytes = try fields.integer("capacity_bytes")
        freePercent = try fields.optionalNumber("free_percent") ?? 0
        freeInodes = try fields.optionalInteger("free_inodes") ?? 0
        inodes = try fields.optionalInteger("inodes") ?? 0
        fullInSeconds = try fields.optionalNumber("full_in_s")
        isReadOnly = try fields.optionalBool("read_only") ?? false
        limits = [:]
        if case .object(let members) = fields.value("limits") {
            for member in members {
                if case .integer(let bytes) = member.value { limits[member.key] = UInt64(clamping: bytes) }
            }
        }
        series = try fields.list("series") { value, _ in
            if case .integer(let bytes) = value { UInt64(clamping: bytes) } else { nil }
        }
        stepSeconds = try fields.optionalInteger("step_s") ?? 60
    }

    /// The figures without those of the last hours: what the condition has as its evidence.
    public var evidence: JSON { .object(members) }

    /// The JSON form.
    public var json: JSON {
        let limits = limits.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: JSON(Optional($0.value))) }
        return .object(
            members + [
                .init(key: "paths", value: .array(paths.map { .string($0) })),
                .init(key: "limits", value: .object(limits)),
                .init(key: "step_s", value: JSON(Optional(stepSeconds))),
                .init(key: "series", value: .array(series.map { JSON($0) })),
            ])
    }

    private var members: [JSON.Member] {
        [
            .init(key: "path", value: .string(path)), .init(key: "type", value: .string(type)),
            .init(key: "step", value: .string(step)), .init(key: "level", value: .string(level)),
            .init(key: "reason", value: .string(reason)), .init(key: "free_bytes", value: JSON(Optional(freeBytes))),
            .init(key: "capacity_bytes", value: JSON(Optional(capacityBytes))),
            .init(key: "free_percent", value: .number(freePercent)),
            .init(key: "free_inodes", value: JSON(Optional(freeInodes))),
            .init(key: "inodes", value: JSON(Optional(inodes))),
            .init(key: "full_in_s", value: JSON(fullInSeconds)), .init(key: "read_only", value: .bool(isReadOnly)),
        ]
    }
}
