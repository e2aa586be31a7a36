// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Where everything is: one folder with `--dir`, else the system's or the user's places.
public nonisolated struct Folders: Hashable, Sendable {
    /// The configuration file.
    public var configuration: String
    /// What must outlive a reboot.
    public var state: String
    /// What belongs to this boot.
    public var run: String
    /// The log files.
    public var log: String

    /// The records of attempts of jobs.
    public var jobs: String { state + "/jobs" }

    /// The policy of the models, beside the configuration.
    public var models: String {
        (configuration.lastIndex(of: "/").map { String(configuration[...$0]) } ?? "") + "models.toml"
    }

    /// The control socket.
    public var socket: String { run + "/hostd.sock" }

    /// The control socket of a sweep: at the other one a service manager may listen for the next hostd.
    var sweepSocket: String { run + "/sweep.sock" }

    /// Everything under `dir`.
    public init(dir: String) {
        let base = Self.absolute(dir)
        configuration = base + "/hostd.toml"
        state = base + "/state"
        run = base + "/run"
        log = base + "/log"
    }

    /// The places of systemd's environment where it sets them, else of the system (root) or the user (XDG).
    public init(configuration explicit: String? = nil) {
        let home = Self.variable("HOME") ?? "/"
        let isRoot = getuid() == 0
        let config =
            Self.variable("CONFIGURATION_DIRECTORY")
            ?? (isRoot ? "/etc/hostd" : (Self.variable("XDG_CONFIG_HOME") ?? home + "/.config") + "/hostd")
        configuration = explicit.map(Self.absolute) ?? config + "/hostd.toml"
        let stateHome = Self.variable("XDG_STATE_HOME") ?? home + "/.local/state"
        state = Self.variable("STATE_DIRECTORY") ?? (isRoot ? "/var/lib/hostd" : stateHome + "/hostd")
        let runtime = Self.variable("XDG_RUNTIME_DIR") ?? "/run/user/\(getuid())"
        run = Self.variable("RUNTIME_DIRECTORY") ?? (isRoot ? "/run/hostd" : runtime + "/hostd")
        log = Self.variable("LOGS_DIRECTORY") ?? (isRoot ? "/var/log/hostd" : stateHome + "/hostd/log")
    }

    /// Makes the folders that are missing; refuses ones that others could write, or whose sockets nobody could reach.
    public func prepare() throws(FolderError) {
        for name in ["hostd.sock", "logger.sock", "doorbell"] {
            let path = "\(run)/\(name)"
            guard path.utf8.count > Sockets.pathLimitBytes else { continue }
            throw FolderError(
                description: "\(path) is too long for a socket: \(path.utf8.count) bytes, and there is room for "
                    + "\(Sockets.pathLimitBytes) (choose a shorter folder)")
        }
        for (path, mode) in [
            (state, UInt32(0o700)), (run, 0o700), (log, 0o750), (run + "/services", 0o700),
        ] {
            do throws(SystemError) {
                try Files.makeFolder(path, mode: mode)
            } catch {
                throw FolderError(description: "\(error)")
            }
            try Self.checkRights(path, believingGroups: path == log)
        }
    }

    /// Makes the folder for the records of jobs. Services run without it.
    func prepareJobs() throws(SystemError) {
        try Files.makeFolder(jobs, mode: 0o700)
    }

    /// Lets others reach the control socket: they may pass through the runtime folder, and see nothing in it.
    func share() throws(SystemError) {
        try Files.setMode(run, 0o711)
    }

    /// Some hosts let a group write /var/log: that group is believed where hostd only leaves what programs say.
    private static func checkRights(_ path: String, believingGroups: Bool) throws(FolderError) {
        var info = stat()
        guard stat(path, &info) == 0 else { return }
        guard info.st_uid == getuid() || info.st_uid == 0 else {
            throw FolderError(description: "\(path) belongs to uid \(info.st_uid), not to hostd (chown it)")
        }
        guard info.st_mode & 0o022 == 0 else {
            throw FolderError(description: "\(path) can be written by others (chmod go-w \(path))")
        }
        let complaint = Trust.ofOwnFiles.complaintOnWay(to: path, believingGroups: believingGroups)
        if let complaint { throw FolderError(description: complaint) }
    }

    private static func variable(_ name: String) -> String? {
        // systemd joins several folders with colons; ours is the first.
        getenv(name).flatMap { String(cString: $0).split(separator: ":").first.map(String.init) }
    }

    private static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }
        return Files.currentFolder() + "/" + path
    }
}

/// A folder that hostd cannot or will not use.
public nonisolated struct FolderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what would be right.
    public let description: String
}
