// SPDX-License-Identifier: Apache-2.0

/// What all processes of a service use together.
public struct ServiceUse: Hashable, Sendable {
    /// Memory of their own, in bytes, with what of it is swapped out.
    public var memoryBytes: UInt64
    /// How many bytes that is more each hour; nil while too little was seen to say so.
    public var memoryBytesPerHour: Double?
    /// Processes.
    public var processes: Int
    /// Processes and threads.
    public var tasks: Int
    /// Open descriptors; nil where hostd may not count them.
    public var descriptors: Int?
    /// It is over `limits.memory_restart`, and its restart waits until nothing is at work on it.
    public var waitsForQuiet: Bool

    /// What is used.
    public init(
        memoryBytes: UInt64, memoryBytesPerHour: Double? = nil, processes: Int, tasks: Int, descriptors: Int? = nil,
        waitsForQuiet: Bool = false
    ) {
        self.memoryBytes = memoryBytes
        self.memoryBytesPerHour = memoryBytesPerHour
        self.processes = processes
        self.tasks = tasks
        self.descriptors = descriptors
        self.waitsForQuiet = waitsForQuiet
    }

    /// Reads the JSON form.
    public init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        memoryBytes = try fields.optionalInteger("memory_bytes") ?? 0
        memoryBytesPerHour = try fields.optionalNumber("memory_bytes_per_h")
        processes = try fields.optionalInteger("processes") ?? 0
        tasks = try fields.optionalInteger("tasks") ?? 0
        descriptors = try fields.optionalInteger("descriptors")
        waitsForQuiet = try fields.bool("waits_for_quiet")
    }

    /// The JSON form.
    public var json: JSON {
        [
            "memory_bytes": JSON(memoryBytes), "memory_bytes_per_h": JSON(memoryBytesPerHour),
            "processes": JSON(processes), "tasks": JSON(tasks), "descriptors": JSON(descriptors),
            "waits_for_quiet": .bool(waitsForQuiet),
        ]
    }
}
