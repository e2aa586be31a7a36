// SPDX-License-Identifier: Apache-2.0

public import HostCore
internal import HostLinux

/// Everything a keeper is told at its start (docs/keeper.md).
public nonisolated struct KeeperCommand: Hashable, Sendable {
    /// The launch.
    public var folder: InstanceFolder
    /// What every process of the tree carries as HOSTD_INSTANCE.
    public var token: String
    /// The epoch, copied into the records.
    public var epoch: String
    /// hostd's doorbell socket.
    public var doorbell: String
    /// What is started.
    public var launch: LaunchSpecification
    /// Who it runs as.
    public var identity: ChildIdentity
    /// How it is stopped by SIGTERM to the keeper.
    public var stop: StopSpecification
    /// How its output is taken.
    public var streams: LogSpecification.Streams
    /// F_SETPIPE_SZ for its log pipes.
    public var pipeSizeBytes: Int
    /// Whether the child cannot do without its notify socket.
    public var needsNotify: Bool
    /// How many listening sockets come with the lock.
    public var socketCount = 0
    /// The cgroup that the child joins, if any.
    public var cgroup: String?

    /// The arguments without the program's own name and without the lock.
    var arguments: [String] {
        var result = [
            "--instance", folder.instance.description, "--dir", folder.path, "--token", token, "--epoch", epoch,
            "--doorbell", doorbell, "--streams", streams.rawValue, "--pipe-size", "\(pipeSizeBytes)",
            "--notify", needsNotify ? "required" : "offered", "--stop-signal", "\(stop.signal)", "--stop-to",
            stop.target.rawValue,
            "--grace-ms", "\(stop.grace.nanoseconds / 1_000_000)",
            "--leftovers-ms", "\(stop.leftovers.nanoseconds / 1_000_000)",
        ]
        result += ChildOptions.arguments(launch, identity)
        if socketCount > 0 { result += ["--listen-fds", "\(socketCount)"] }
        if let cgroup { result += ["--cgroup", cgroup] }
        if folder.keepsRecords { result += ["--record-dir", folder.records, "--sync"] }
        return result + ["--"] + launch.command
    }
}

/// The options of a keeper that say how its child is set up, whatever the child is.
nonisolated enum ChildOptions {
    static func arguments(_ launch: LaunchSpecification, _ identity: ChildIdentity) -> [String] {
        var result = [
            "--umask", String(launch.umask ?? 0o022, radix: 8),
            "--directory", launch.directory ?? identity.directory,
        ]
        if identity.switches {
            result += ["--uid", "\(identity.account.uid)", "--gid", "\(identity.gid)"]
            result += ["--groups", identity.groups.map(String.init).joined(separator: ",")]
        }
        if let nice = launch.nice { result += ["--nice", "\(nice)"] }
        if let adjust = launch.oomScoreAdjust { result += ["--oom-score-adj", "\(adjust)"] }
        for limit in launch.limits {
            result += ["--rlimit", "\(limit.name)=\(limit.value.map(String.init) ?? "infinity")"]
        }
        return result
    }
}
