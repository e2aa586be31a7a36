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

    /// Who listens on `port`: "pid 811 (node)". Walks /proc, so it is for the Worker.
    public static func holder(of port: UInt16) -> String {
        let inodes = Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listeners(in: $0, port: port) })
        guard !inodes.isEmpty else { return "a socket that is about to go" }
        for pid in Processes.all() {
            let folder = "/proc/\(pid)/fd"
            for name in (try? Files.list(folder)) ?? [] {
                guard let target = Files.linkTarget("\(folder)/\(name)"), inodes.contains(target) else { continue }
                return "pid \(pid) (\(Processes.name(of: pid)))"
            }
        }
        return "a process that hostd may not look into"
    }

    /// Binding with SO_REUSEADDR fails exactly when somebody listens, not for connections in TIME_WAIT.
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

    /// The link texts (`socket:[INODE]`) of sockets that listen on `port`.
    private static func listeners(in table: String, port: UInt16) -> [String] {
        let listening = "0A"
        let wanted = String(port, radix: 16, uppercase: true)
        let text = (try? Files.readText(table, limit: 16 << 20)) ?? ""
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[3] == listening, let colon = fields[1].lastIndex(of: ":") else { return nil }
            let local = fields[1][fields[1].index(after: colon)...].drop { $0 == "0" }
            return local == wanted ? "socket:[\(fields[9])]" : nil
        }
    }
}
