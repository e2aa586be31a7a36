// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
public import HostLinux

/// The runtime folder of one launch: `run/gateway.17` with its lock, records, notify socket, FIFOs
/// and tails.
public nonisolated struct InstanceFolder: Hashable, Sendable {
    /// The launch it belongs to.
    public let instance: InstanceID
    /// Its absolute path.
    public let path: String
    /// Where its records stand: here, or for an attempt of a job in a folder that a reboot does not empty.
    public let records: String

    /// The folder of `instance` under the runtime folder `run`; the records of jobs stand in folders under `jobs`.
    public init(run: String, instance: InstanceID, jobs: String? = nil) {
        self.instance = instance
        path = "\(run)/\(instance)"
        let isOfJob = JobID(name: instance.service) != nil
        records = isOfJob ? jobs.map { "\($0)/\(instance)" } ?? path : path
    }

    /// Whether its records outlive a reboot.
    var keepsRecords: Bool { records != path }

    /// The lock file; whoever holds its flock is the instance's keeper.
    public var lock: String { path + "/lock" }

    /// The FIFO of a stream and the tail that its keeper may leave.
    public func pipe(_ stream: String) -> (fifo: String, tail: String) {
        ("\(path)/\(stream)", "\(path)/\(stream).tail")
    }

    /// What tells a child where it can say how it is, and how often it has to. Without WATCHDOG_PID any of its
    /// processes may.
    func notifyVariables(heartbeat: Duration?) -> [String] {
        ["NOTIFY_SOCKET=\(path)/notify.sock"] + (heartbeat.map { ["WATCHDOG_USEC=\($0.nanoseconds / 1000)"] } ?? [])
    }

    /// Makes the folder and takes its lock: from here on the launch exists. `token` is written into the lock file.
    public func create(
        token: String, hook: Hook? = nil, digest: UInt64? = nil, node: NodePinned? = nil
    ) throws(SystemError) -> Descriptor {
        if keepsRecords { try check("mkdir", records) { mkdir(records, 0o700) } }
        try check("mkdir", path) { mkdir(path, 0o700) }
        let lock = try Descriptor(opening: lock, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
        guard try lock.tryLock() else { throw SystemError(code: EBUSY, call: "lock", subject: self.lock) }
        var fields = FieldText()
        fields["instance"] = instance.description
        fields["token"] = token
        fields["hook"] = hook?.description
        fields["launched_with"] = digest.map { "\($0)" }
        fields["node_version"] = node.map { "\($0.version)" }
        fields["node_path"] = node?.path
        try lock.write(all: fields.text.utf8)
        return lock
    }

    /// The hook that it is the launch of; nil for the program itself.
    public func hook() -> Hook? {
        record("lock")?["hook"].flatMap { Hook($0) }
    }

    /// The digest of what it was launched with.
    public func launchedWith() -> UInt64? {
        record("lock")?.integer("launched_with")
    }

    /// The Node that it was launched on; nil where it wanted none in particular.
    public func node() -> (version: String, path: String)? {
        guard let fields = record("lock"), let version = fields["node_version"], let path = fields["node_path"] else {
            return nil
        }
        return (version, path)
    }

    private var modelsPath: String { path + "/models" }

    /// Writes down the models that it has.
    public func keep(_ models: LaunchModels) throws(SystemError) {
        try Files.replace(modelsPath, with: Array(models.record.text.utf8))
    }

    /// The models that it has; nil where there was no policy.
    public func models() -> LaunchModels? {
        (try? Files.readText(modelsPath, limit: 65536)).flatMap { FieldText(parsing: $0) }
            .flatMap { LaunchModels(record: $0) }
    }

    /// Whether a keeper lives: it holds the lock. The logger asks the same, so nobody takes the lock to find out.
    public func isLocked() -> Bool {
        guard let lock = try? Descriptor(opening: lock, O_RDWR | O_NOFOLLOW) else { return false }
        return (try? lock.isLockedElsewhere()) == true
    }

    /// The token that every process of the instance carries as HOSTD_INSTANCE.
    public func token() -> String? {
        record("lock")?["token"]
    }

    /// A record (`start`, `exit`), nil when it is not there (yet).
    public func record(_ name: String) -> FieldText? {
        let folder = name == "lock" ? path : records
        return (try? Files.readText("\(folder)/\(name)", limit: 65536)).flatMap { FieldText(parsing: $0) }
    }

    /// Removes the folder with all that is in it.
    public func remove() throws(SystemError) {
        // Records last: while they are there it is known what became of it.
        if Files.exists(path) || !keepsRecords { try Files.removeFlatFolder(path) }
        if keepsRecords { try Files.removeFlatFolder(records) }
    }

    /// The folders of all launches under `run`, oldest first.
    public static func all(under run: String, jobs: String? = nil) throws(SystemError) -> [InstanceFolder] {
        try Files.list(run).compactMap { InstanceID($0) }
            .sorted { ($0.service, $0.launch) < ($1.service, $1.launch) }
            .map { InstanceFolder(run: run, instance: $0, jobs: jobs) }
    }
}
