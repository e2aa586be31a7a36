// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/disk` answers.
public struct DiskReport: Hashable, Sendable {
    /// The level of the condition `disk`.
    public var level: String
    /// What is wrong; empty where nothing is.
    public var reason: String
    /// The reserve that the configuration wants, in bytes.
    public var reserveBytes: UInt64
    /// What of it lies there.
    public var reserveHeldBytes: UInt64
    /// Why there is none.
    public var reserveRefusal: String?
    /// The file systems.
    public var fileSystems: [DiskFileSystem]
    /// The log folders, the fastest grower first.
    public var logs: [DiskGrower]
    /// The folders that services work in, by the service, the fastest grower first.
    public var folders: [DiskGrower]
    /// Files that were removed and are still open, the largest first.
    public var removed: [DiskRemovedFile]

    /// A report.
    public init(
        level: String, reason: String, reserveBytes: UInt64 = 0, reserveHeldBytes: UInt64 = 0,
        reserveRefusal: String? = nil, fileSystems: [DiskFileSystem], logs: [DiskGrower] = [],
        folders: [DiskGrower] = [], removed: [DiskRemovedFile] = []
    ) {
        self.level = level
        self.reason = reason
        self.reserveBytes = reserveBytes
        self.reserveHeldBytes = reserveHeldBytes
        self.reserveRefusal = reserveRefusal
        self.fileSystems = fileSystems
        self.logs = logs
        self.folders = folders
        self.removed = removed
    }

    /// Reads the JSON form; further members are passed over.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        level = try fields.text("level")
        reason = try fields.optionalText("reason") ?? ""
        reserveBytes = try fields.optionalInteger("reserve_bytes") ?? 0
        reserveHeldBytes = try fields.optionalInteger("reserve_held_bytes") ?? 0
        reserveRefusal = try fields.optionalText("reserve_refusal")
        fileSystems = try fields.list("file_systems", DiskFileSystem.init)
        logs = try fields.list("logs", DiskGrower.init)
        folders = try fields.list("folders", DiskGrower.init)
        removed = try fields.list("removed_files", DiskRemovedFile.init)
    }

    /// The JSON form.
    public var json: JSON {
        [
            "level": .string(level), "reason": .string(reason), "reserve_bytes": JSON(Optional(reserveBytes)),
            "reserve_held_bytes": JSON(Optional(reserveHeldBytes)), "reserve_refusal": JSON(reserveRefusal),
            "file_systems": .array(fileSystems.map(\.json)), "logs": .array(logs.map(\.json)),
            "folders": .array(folders.map(\.json)),
            "removed_files": .array(removed.map(\.json)),
        ]
    }
}

/// The log folder of a service.
public struct DiskGrower: Hashable, Sendable {
    /// The service, or another log.
    public var name: String
    /// Bytes that it takes.
    public var bytes: UInt64
    /// How much more that is than at an earlier look; nil where there was none.
    public var grownBytes: Int64?
    /// How long ago that was, in seconds.
    public var overSeconds: Double?

    /// A log folder.
    public init(name: String, bytes: UInt64, grownBytes: Int64? = nil, overSeconds: Double? = nil) {
        self.name = name
        self.bytes = bytes
        self.grownBytes = grownBytes
        self.overSeconds = overSeconds
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        bytes = try fields.integer("bytes")
        grownBytes = try fields.optionalInteger("grown_bytes")
        overSeconds = try fields.optionalNumber("over_s")
    }

    var json: JSON {
        [
            "name": .string(name), "bytes": JSON(Optional(bytes)), "grown_bytes": JSON(grownBytes),
            "over_s": JSON(overSeconds),
        ]
    }
}

/// A file that was removed and still takes its room.
public struct DiskRemovedFile: Hashable, Sendable {
    /// What it was called.
    public var path: String
    /// Bytes that it takes.
    public var bytes: UInt64
    /// One of the processes that have it open.
    public var pid: Int32
    /// The name of that process.
    public var program: String

    /// A file.
    public init(path: String, bytes: UInt64, pid: Int32, program: String) {
        self.path = path
        self.bytes = bytes
        self.pid = pid
        self.program = program
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        path = try fields.text("path")
        bytes = try fields.integer("bytes")
        pid = try fields.integer("pid")
        program = try fields.text("program")
    }

    var json: JSON {
        [
            "path": .string(path), "bytes": JSON(Optional(bytes)), "pid": JSON(Optional(pid)),
            "program": .string(program),
        ]
    }
}
