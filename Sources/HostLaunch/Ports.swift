// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Whether TCP ports are free, and who has one that is not.
public nonisolated enum Ports {
    /// The first of `ports` that a listener has on any address. Does not block.
    public static func firstTaken(_ ports: [UInt16]) -> UInt16? {
        ports.first { isTaken($0, AF_INET) || isTaken($0, AF_INET6) }
    }

    /// Who has `port`: "pid 811 (node)", with the unit of systemd that it belongs to and what can be done about that.
    /// Walks /proc, so it is for the Worker.
    public static func holder(of port: UInt16) -> String {
        let sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { Self.sockets(in: $0, port: port) }
        guard !sockets.isEmpty else { return "a socket that is about to go" }
        let listeners = sockets.filter(\.listens)
        if listeners.isEmpty, let pid = owner(of: sockets) {
            return "pid \(pid) (\(program(of: pid))), for a connection"
        }
        guard let pid = owner(of: listeners) else { return "a process that hostd may not look into" }
        return "pid \(pid) (\(program(of: pid)))" + unit(of: pid)
    }

    /// The first process that has one of `sockets` open.
    private static func owner(of sockets: [TableEntry]) -> Int32? {
        let links = Set(sockets.map(\.link))
        for pid in Processes.all() {
            let folder = "/proc/\(pid)/fd"
            for name in (try? Files.list(folder)) ?? [] {
                guard let target = Files.linkTarget("\(folder)/\(name)"), links.contains(target) else { continue }
                return pid
            }
        }
        return nil
    }

    /// What hostd runs stands in the same unit as hostd: that says nothing.
    private static func unit(of pid: Int32) -> String {
        guard let unit = SystemdUnit.of(pid), unit != SystemdUnit.of(getpid()) else { return "" }
        if unit.name == "init.scope" { return ", for a socket unit (`systemctl list-sockets` names it)" }
        return " of \(UnitAdvice.name(unit))" + (UnitAdvice.commands(unit).map { ": " + $0 } ?? "")
    }

    /// The file that a process runs. Its own name says less: that of Node 24 is "MainThread".
    private static func program(of pid: Int32) -> String {
        guard let path = Files.linkTarget("/proc/\(pid)/exe"), let slash = path.lastIndex(of: "/") else {
            return Processes.name(of: pid)
        }
        let name = path[path.index(after: slash)...]
        let removed = " (deleted)"
        return String(name.hasSuffix(removed) ? name.dropLast(removed.count) : name)
    }

    /// Binding with SO_REUSEADDR fails exactly where the service's own bind would: when somebody listens, has the port
    /// for a connection of its own, or served it without SO_REUSEADDR a moment ago.
    private static func isTaken(_ port: UInt16, _ family: Int32) -> Bool {
        let raw = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { return false }
        let descriptor = Descriptor(owning: raw)
        var on: Int32 = 1
        setsockopt(descriptor.raw, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        if family == AF_INET {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            return isRefused(descriptor, &address)
        }
        setsockopt(descriptor.raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        return isRefused(descriptor, &address)
    }

    private static func isRefused<Address>(_ descriptor: borrowing Descriptor, _ address: inout Address) -> Bool {
        let raw = descriptor.raw
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(raw, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        return result != 0 && errno == EADDRINUSE
    }

    /// A socket as /proc/net/tcp has it.
    private struct TableEntry {
        /// What the links in /proc/PID/fd say of it: `socket:[INODE]`.
        let link: String
        let listens: Bool
    }

    /// The sockets whose own port is `port` and that some process has.
    private static func sockets(in table: String, port: UInt16) -> [TableEntry] {
        let listening = "0A"
        let wanted = String(port, radix: 16, uppercase: true)
        let text = (try? Files.readText(table, limit: 64 << 20)) ?? ""
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[9] != "0", let colon = fields[1].lastIndex(of: ":") else { return nil }
            let local = fields[1][fields[1].index(after: colon)...].drop { $0 == "0" }
            return local == wanted ? TableEntry(link: "socket:[\(fields[9])]", listens: fields[3] == listening) : nil
        }
    }
}
