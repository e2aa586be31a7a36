// SPDX-License-Identifier: Apache-2.0

import HostLinux
import Testing

struct SocketAddressTests {
    @Test(arguments: [
        ("127.0.0.1", ["127.0.0.1"]), ("::1", ["[::1]"]), ("[2001:db8::1]", ["[2001:db8::1]"]),
        ("localhost", ["127.0.0.1", "[::1]"]),
    ])
    func literalsAndLocalhostNeedNoLookup(host: String, addresses: [String]) {
        #expect(SocketAddress.literals(host: host, port: 80)?.map(\.hostText) == addresses)
    }

    @Test(arguments: ["example.com", "127.0.0", "1", "", "127.0.0.1.", "local"])
    func everyOtherNameDoes(host: String) {
        #expect(SocketAddress.literals(host: host, port: 80) == nil)
    }

    @Test func aPortCanBeChanged() throws {
        for host in ["127.0.0.1", "::1"] {
            let address = try #require(SocketAddress.literals(host: host, port: 1)?.first)
            #expect(address.with(port: 1) == address)
            #expect(address.with(port: 65535) == SocketAddress.literals(host: host, port: 65535)?.first)
        }
    }
}
