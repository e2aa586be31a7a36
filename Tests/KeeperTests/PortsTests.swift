// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLaunch
import HostLinux
import TestKit
import Testing

/// Whether a port is free, and who has it.
@Suite struct PortsTests {
    /// A program that has a port until it goes away.
    final class Holder {
        let port: UInt16
        let pid: Int32
        private let pidfd: Descriptor

        /// Listens with Perl on `address`, an IPv6 one when it has a colon; `extra` runs between bind and the wait.
        init(_ address: String, sixOnly: Bool = false, extra: String = "listen S, 5 or die;") throws {
            let folder = try TemporaryFolder()
            let script = """
                use Socket qw(:all); my ($address, $six_only, $place) = @ARGV; my $six = $address =~ /:/;
                socket S, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0 or die;
                setsockopt S, IPPROTO_IPV6, IPV6_V6ONLY, $six_only + 0 or die if $six;
                my $where = inet_pton($six ? AF_INET6 : AF_INET, $address);
                bind S, $six ? pack_sockaddr_in6(0, $where) : pack_sockaddr_in(0, $where) or die; \(extra)
                my $name = getsockname S; my ($port) = $six ? unpack_sockaddr_in6($name) : unpack_sockaddr_in($name);
                open F, '>', "$place.new"; print F "$port\\n"; close F; rename "$place.new", $place; sleep 1000
                """
            let process = try Processes.spawn(
                "/usr/bin/perl", ["-e", script, address, sixOnly ? "1" : "0", folder.path + "/port"])
            pid = process.pid
            pidfd = process.takeDescriptor()
            let raw = pidfd.raw
            port = try waitFor("the port") {
                var status: Int32 = 0
                if chost_pidfd_reap(raw, &status) == 1 {
                    throw SystemError(code: EADDRNOTAVAIL, call: "listen at", subject: address)
                }
                return (try? Files.readText(folder.path + "/port")).flatMap { UInt16($0.dropLast()) }
            }
        }

        func end() {
            Processes.signal(pidfd, SIGKILL)
            var status: Int32 = 0
            let raw = pidfd.raw
            try? waitUntil("the end of the holder") { chost_pidfd_reap(raw, &status) != 0 }
        }

        deinit { end() }
    }

    static let hasIPv6 =
        (try? Files.readText("/proc/net/if_inet6"))?.contains("00000000000000000000000000000001") == true

    @Test(arguments: ["127.0.0.1", "127.0.0.2", "0.0.0.0"])
    func aListenerOnAnyIPv4AddressTakesThePort(address: String) throws {
        let holder = try Holder(address)
        #expect(Ports.firstTaken([holder.port]) == holder.port)
        #expect(Ports.holder(of: holder.port) == "pid \(holder.pid) (perl)")
        holder.end()
        #expect(Ports.firstTaken([holder.port]) == nil)
    }

    @Test(.enabled(if: hasIPv6, "IPv6 is off"), arguments: [("::1", true), ("::", true), ("::", false)])
    func aListenerOnAnyIPv6AddressTakesThePort(address: String, sixOnly: Bool) throws {
        let holder = try Holder(address, sixOnly: sixOnly)
        #expect(Ports.firstTaken([holder.port]) == holder.port)
        #expect(Ports.holder(of: holder.port) == "pid \(holder.pid) (perl)")
        holder.end()
        #expect(Ports.firstTaken([holder.port]) == nil)
    }

    @Test func theFirstThatIsTakenIsNamed() throws {
        let first = try Holder("127.0.0.1")
        let second = try Holder("127.0.0.1")
        let free = try Holder("127.0.0.1")
        free.end()
        #expect(Ports.firstTaken([free.port, second.port, first.port]) == second.port)
        #expect(Ports.firstTaken([free.port]) == nil)
        #expect(Ports.firstTaken([]) == nil)
    }

    /// Serves one connection and closes it first, which leaves the port in TIME_WAIT.
    private func portInTimeWait(reuse: Bool) throws -> UInt16 {
        let holder = try Holder(
            "127.0.0.1",
            extra: """
                setsockopt S, SOL_SOCKET, SO_REUSEADDR, \(reuse ? 1 : 0) or die; listen S, 5;
                socket C, AF_INET, SOCK_STREAM, 0; connect C, getsockname S or die;
                accept A, S; close A; sysread C, my $x, 1; close C;
                """)
        holder.end()
        return holder.port
    }

    @Test func aPortOfConnectionsThatAreOverIsFree() throws {
        // Node and most servers allow it.
        #expect(Ports.firstTaken([try portInTimeWait(reuse: true)]) == nil)
    }

    @Test func aPortThatTheKernelHoldsBackIsToldAsSuch() throws {
        // The service's own bind would fail too.
        let port = try portInTimeWait(reuse: false)
        #expect(Ports.firstTaken([port]) == port)
        #expect(Ports.holder(of: port) == "a socket that is about to go")
    }

    @Test func aPortThatAConnectionOfSomebodyUsesIsToldAsSuch() throws {
        // The client's own port; its server listens at another.
        let client = try Holder(
            "127.0.0.1",
            extra: """
                socket L, AF_INET, SOCK_STREAM, 0; bind L, pack_sockaddr_in(0, inet_aton('127.0.0.1')); listen L, 5;
                connect S, getsockname L or die;
                """)
        #expect(Ports.firstTaken([client.port]) == client.port)
        #expect(Ports.holder(of: client.port) == "pid \(client.pid) (perl), for a connection")
    }

    @Test func aFreePortHasNoHolder() throws {
        let holder = try Holder("127.0.0.1")
        holder.end()
        #expect(Ports.holder(of: holder.port) == "a socket that is about to go")
    }

    @Test func aRenamedProcessIsKnownByItsProgram() throws {
        // As Node 24 does with its main thread.
        let holder = try Holder("127.0.0.1", extra: "listen S, 5; $0 = 'MainThread';")
        try waitUntil("the new name") { Processes.name(of: holder.pid) == "MainThread" }
        #expect(Ports.holder(of: holder.port) == "pid \(holder.pid) (perl)")
    }
}
