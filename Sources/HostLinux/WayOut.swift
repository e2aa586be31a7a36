// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// What the kernel and the resolver's file say of the way out of the host. All of it is small and in memory.
public enum WayOut {
    /// Reads the facts below `root`, "" for those of this host.
    public static func read(root: String = "") -> NetworkLink {
        guard let route = defaultRoute(root) else { return NetworkLink(interface: nil, hasCarrier: false) }
        let folder = "\(root)/sys/class/net/\(route.interface)"
        // An interface that is down refuses to tell its carrier.
        let carrier = text(folder + "/carrier").hasPrefix("1")
        let state = text(folder + "/operstate").prefix { $0 != "\n" }
        return NetworkLink(
            interface: route.interface, hasCarrier: carrier && state != "down", gateway: route.gateway,
            gatewayAnswers: route.gateway.flatMap { neighbour($0, root) })
    }

    /// The first name server of resolv.conf below `root`; nil for none.
    public static func nameServer(root: String = "") -> SocketAddress? {
        for line in text(root + "/etc/resolv.conf").split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count > 1, words[0] == "nameserver" else { continue }
            if let found = SocketAddress.literals(host: String(words[1]), port: 53)?.first { return found }
        }
        return nil
    }

    private static func defaultRoute(_ root: String) -> (interface: String, gateway: String?)? {
        for line in text(root + "/proc/net/route").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t").map { $0.filter { $0 != " " } }
            guard fields.count > 7, fields[1] == "00000000", fields[7] == "00000000" else { continue }
            return (fields[0], address(fields[2]))
        }
        for line in text(root + "/proc/net/ipv6_route").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[1] == "00", fields[0].allSatisfy({ $0 == "0" }), fields[9] != "lo" else {
                continue
            }
            return (String(fields[9]), nil)
        }
        return nil
    }

    /// The kernel prints the four bytes as a number in the host's order; nil for none.
    private static func address(_ hexadecimal: String) -> String? {
        guard let number = UInt32(hexadecimal, radix: 16), number != 0 else { return nil }
        return (0..<4).map { "\(number >> ($0 * 8) & 0xFF)" }.joined(separator: ".")
    }

    /// Whether the neighbour's link address is known; nil when nobody has asked for it.
    private static func neighbour(_ address: String, _ root: String) -> Bool? {
        for line in text(root + "/proc/net/arp").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count > 3, fields[0] == address, let flags = UInt32(fields[2].dropFirst(2), radix: 16) else {
                continue
            }
            return flags & 2 != 0
        }
        return nil
    }

    private static func text(_ path: String) -> String { (try? Files.readText(path, limit: 65536)) ?? "" }
}
