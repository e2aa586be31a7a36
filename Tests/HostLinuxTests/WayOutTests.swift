// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

/// The way out of a host, read from made-up files of the kernel's.
@Suite struct WayOutTests {
    private static let head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    private static let local = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
    private static let way = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    private static let arpHead = "IP address       HW type     Flags       HW address            Mask     Device\n"

    private func link(
        route: String, carrier: String = "1\n", state: String = "up\n", arp: String = "", six: String = ""
    ) throws -> NetworkLink {
        let folder = try TemporaryFolder()
        for path in ["/proc", "/proc/net", "/sys", "/sys/class", "/sys/class/net", "/sys/class/net/eth0"] {
            try Files.makeFolder(folder.path + path)
        }
        let files = [
            "/proc/net/route": Self.head + route, "/proc/net/arp": Self.arpHead + arp, "/proc/net/ipv6_route": six,
            "/sys/class/net/eth0/carrier": carrier, "/sys/class/net/eth0/operstate": state,
        ]
        for (path, text) in files { try Files.replace(folder.path + path, with: text.utf8) }
        return WayOut.read(root: folder.path)
    }

    private func neighbour(_ flags: String) -> String {
        "192.0.2.1        0x1         \(flags)         02:00:00:00:00:01     *        eth0\n"
    }

    @Test func aRouteThroughAGatewayThatIsKnownIsWell() throws {
        let found = try link(route: Self.local + Self.way, arp: neighbour("0x2"))
        #expect(found == NetworkLink(interface: "eth0", gateway: "192.0.2.1", gatewayAnswers: true))
    }

    @Test func aGatewayWhoseLinkAddressIsNotFoundDoesNotAnswer() throws {
        #expect(try link(route: Self.way, arp: neighbour("0x0")).gatewayAnswers == false)
        #expect(try link(route: Self.way).gatewayAnswers == nil)
    }

    @Test func aHostWithoutDefaultRouteHasNoWayOut() throws {
        #expect(try link(route: Self.local).interface == nil)
    }

    @Test func anInterfaceWithoutCarrierOrThatIsDownHasNone() throws {
        #expect(try !link(route: Self.way, carrier: "0\n").hasCarrier)
        #expect(try !link(route: Self.way, state: "down\n").hasCarrier)
    }

    @Test func aRouteOfIPv6AloneIsOne() throws {
        let zero = String(repeating: "0", count: 32)
        let gateway = "fe800000000000000000000000000001"
        let six = "\(zero) 00 \(zero) 00 \(gateway) 00000400 00000001 00000000 00000003     eth0\n"
        #expect(try link(route: Self.local, six: six) == NetworkLink(interface: "eth0"))
    }
}
