// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `[network]`
struct NetworkKeyTests {
    @Test func probesAskByHTTPTCPAndDNS() throws {
        let read = try configuration([
            (
                "hostd.toml",
                """
                [network]
                probes = [
                    { name = "web", http = "https://example.com/", interval = "20s", timeout = "2s" },
                    { name = "portal", http = "http://192.0.2.80/", expect = 204 },
                    { name = "port", tcp = "[2001:db8::1]:443" },
                    { name = "names", dns = "example.com", server = "192.0.2.53" },
                    { name = "own", dns = "example.com" },
                ]
                """
            )
        ]).network.probes
        #expect(
            read == [
                .init(
                    name: "web", target: .http(url: "https://example.com/", expected: nil), interval: .seconds(20),
                    timeout: .seconds(2)),
                .init(name: "portal", target: .http(url: "http://192.0.2.80/", expected: [204...204])),
                .init(name: "port", target: .tcp(host: "2001:db8::1", port: 443)),
                .init(name: "names", target: .dns(name: "example.com", server: "192.0.2.53:53")),
                .init(name: "own", target: .dns(name: "example.com", server: nil)),
            ])
    }

    @Test func withoutTheTableNothingIsAsked() throws {
        #expect(try configuration([("hostd.toml", "")]).network.probes.isEmpty)
    }

    @Test func aServiceMayNeedTheNetwork() throws {
        let read = try configuration([("hostd.toml", "[service.a]\ncommand = [\"a\"]\nneeds = [\"network\"]")])
        #expect(read.services.first?.needs == [.network])
    }
}
