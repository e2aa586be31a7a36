// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Where hostd's socket and configuration are: what the command line says, else the environment, else the usual places.
enum Places {
    /// hostd's control socket. A user without a hostd of their own talks to that of the system.
    static func socket(_ request: Request) -> String {
        if let path = request.value(.socket) { return path }
        if let dir = request.value(.dir) { return joined(dir, "run/hostd.sock") }
        if let path = variable("HOSTD_SOCKET") { return path }
        let ofSystem = "/run/hostd/hostd.sock"
        if getuid() == 0 { return ofSystem }
        let ofUser = (variable("XDG_RUNTIME_DIR") ?? "/run/user/\(getuid())") + "/hostd/hostd.sock"
        return Files.exists(ofUser) || !Files.exists(ofSystem) ? ofUser : ofSystem
    }

    /// The configuration file, which conf.d stands beside.
    static func configuration(_ request: Request) -> String {
        if let path = request.value(.config) { return path }
        if let dir = request.value(.dir) { return joined(dir, "hostd.toml") }
        let ofSystem = "/etc/hostd/hostd.toml"
        if getuid() == 0 { return ofSystem }
        let home = variable("XDG_CONFIG_HOME") ?? (variable("HOME") ?? "") + "/.config"
        let ofUser = home + "/hostd/hostd.toml"
        return Files.exists(ofUser) || !Files.exists(ofSystem) ? ofUser : ofSystem
    }

    /// The policy, beside the configuration file.
    static func policy(_ request: Request) -> String {
        let main = configuration(request)
        return (main.lastIndex(of: "/").map { String(main[...$0]) } ?? "") + "models.toml"
    }

    /// hostd's state folder.
    static func state(_ request: Request) -> String {
        if let dir = request.value(.dir) { return joined(dir, "state") }
        if let path = variable("STATE_DIRECTORY")?.split(separator: ":").first { return String(path) }
        if getuid() == 0 { return "/var/lib/hostd" }
        return (variable("XDG_STATE_HOME") ?? (variable("HOME") ?? "") + "/.local/state") + "/hostd"
    }

    /// A variable of the environment; nil also when it is empty.
    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func joined(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
