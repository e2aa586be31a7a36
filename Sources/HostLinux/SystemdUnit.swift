// SPDX-License-Identifier: Apache-2.0

/// A unit of systemd, and whose manager has it.
public struct SystemdUnit: Hashable, Sendable {
    /// A service manager.
    public enum Manager: Hashable, Sendable {
        /// That of the host.
        case system
        /// That of the user with this number.
        case user(UInt32)
        /// Those of all users: enabled for each of them.
        case everyUser
    }

    /// Its name: `openclaw-gateway.service`.
    public var name: String
    /// Who has it.
    public var manager: Manager

    /// A unit of that name.
    public init(name: String, manager: Manager) {
        self.name = name
        self.manager = manager
    }

    /// The unit that a process belongs to; nil when it is gone, or in none.
    public static func of(_ pid: Int32) -> SystemdUnit? {
        (try? Files.readText("/proc/\(pid)/cgroup", limit: 65536)).flatMap { SystemdUnit(cgroup: $0) }
    }

    /// The service or scope that /proc/PID/cgroup names; nil for none.
    public init?(cgroup text: String) {
        let lines = text.split(separator: "\n").map { $0.split(separator: ":", maxSplits: 2) }
        // With cgroup v1 systemd has a hierarchy of its own.
        let paths = lines.filter { $0.count == 3 && ($0[0] == "0" || $0[1] == "name=systemd") }.map { $0[2] }
        let unified = text.split(separator: "\n").filter { $0.hasPrefix("0::") }.map { $0.dropFirst(3) }
        guard let path = (unified + paths).first(where: { $0 != "/" }) else { return nil }
        var parts = path.split(separator: "/").map(Self.unescaped)
        var manager = Manager.system
        if let index = parts.lastIndex(where: { Self.user(ofManager: $0) != nil }), index + 1 < parts.count,
            let user = Self.user(ofManager: parts[index])
        {
            manager = .user(user)
            parts.removeFirst(index + 1)
        }
        // A unit may have cgroups of its own below it.
        guard let name = parts.last(where: { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }) else { return nil }
        self.init(name: name, manager: manager)
    }

    /// A name that could be taken for a file of the kernel's has an underscore before it.
    private static func unescaped(_ part: Substring) -> String {
        String(part.hasPrefix("_") ? part.dropFirst() : part)
    }

    /// 1000 of `user@1000.service`.
    private static func user(ofManager name: String) -> UInt32? {
        guard name.hasPrefix("user@"), name.hasSuffix(".service") else { return nil }
        return UInt32(name.dropFirst("user@".count).dropLast(".service".count))
    }
}
