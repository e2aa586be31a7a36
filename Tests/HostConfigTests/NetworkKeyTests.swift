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

    @Test func aLaunchGetsFiguresOfTheNetworkThatAreFilledInLater() throws {
        let text = """
            [network]
            probes = [{ name = "web", tcp = "192.0.2.1:80" }]
            [service.a]
            command = ["x", "--ms=${net.rtt_p99_ms}", "$${net.rtt_p99_ms}"]
            env = { MS = "${net.web.rtt_p99_ms} ms" }
            """
        let service = try #require(try configuration([("hostd.toml", text)]).services.first)
        let launch = service.launch.filled { figure in
            if case .roundTrip(let target) = figure { target.map { "of \($0)" } ?? "of all" } else { "" }
        }
        #expect(launch.command == ["x", "--ms=of all", "${net.rtt_p99_ms}"])
        #expect(launch.environment == ["MS": "of web ms"])
        #expect(LaunchFigure.shown(service.launch.command[1]) == "--ms=${net.rtt_p99_ms}")
    }

    @Test(arguments: [
        (
            "command = [\"x\", \"${net.wbe.rtt_p99_ms}\"]",
            "no probe of the network is called \"wbe\" (there are \"web\")"
        ),
        ("command = [\"x\"]\nenv = { A = \"${net.b.rtt_p99_ms}\" }", "no probe of the network is called \"b\""),
        ("command = [\"x\", \"${net.rtt}\"]", "\"${net.rtt}\" is not available in this version"),
        (
            "command = [\"x\"]\ndirectory = \"/${net.rtt_p99_ms}\"",
            "\"${net.rtt_p99_ms}\" is known at a launch only (write it in command or env)"
        ),
    ])
    func aFigureThatIsNotThereIsSaid(keys: String, message: String) {
        let all = errors("[network]\nprobes = [{ name = \"web\", tcp = \"192.0.2.1:80\" }]\n[service.a]\n\(keys)\n")
        #expect(all.count == 1 && all.first?.contains(message) == true, "\(all)")
    }
}
