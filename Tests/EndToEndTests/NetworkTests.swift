// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `[network]`: a real hostd whose probes go through a relay that does what bad lines do.
@Suite struct NetworkTests {
    private static let quick = "interval = \"100ms\", timeout = \"600ms\""

    /// A server that answers each request of a kept connection.
    private static func web(_ status: String = "204 No Content") throws -> TinyServer {
        try TinyServer { connection in
            while !connection.readHead().isEmpty {
                connection.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    private static func http(_ name: String, _ port: UInt16, more: String = "") -> String {
        "{ name = \"\(name)\", http = \"http://127.0.0.1:\(port)/\", \(quick)\(more) }"
    }

    private static func host(_ probes: [String], services: String = "") throws -> HostUnderTest {
        let host = try HostUnderTest("[network]\nprobes = [\(probes.joined(separator: ", "))]\n\(services)")
        try host.start()
        return host
    }

    @Test(arguments: [Relay.Weather.stall, .reset, .blackhole])
    func aLineThatIsDownIsCriticalAndTheWayIsTheCauseUntilItIsBack(weather: Relay.Weather) throws {
        let web = try Self.web()
        let relay = try Relay(to: web.port)
        let host = try Self.host([Self.http("web", relay.port)])
        try host.waitForNetwork("ok", asked: 5)
        relay.weather = weather
        try host.waitForNetwork("critical", cause: "path")
        let condition = try #require(try host.networkCondition())
        #expect(condition.reason.hasPrefix("the way out: web: "))
        #expect(condition.evidence["cause"]?.text == "path")
        relay.weather = .fine
        try host.waitForNetwork("ok")
        #expect(try host.events().contains { $0.reason.hasPrefix("network is critical: the way out") })
        withExtendedLifetime((web, relay)) {}
    }

    @Test func aLaunchGetsTheFiguresOfTheLineAsItIs() throws {
        let web = try Self.web()
        let relay = try Relay(to: web.port)
        relay.weather = .delay(milliseconds: 120)
        let host = try Self.host(
            [Self.http("far", relay.port), Self.http("near", web.port)],
            services: """
                [service.tool]
                autostart = false
                command = \"\"\"
                echo ${net.far.rtt_p99_ms} ${net.near.rtt_p99_ms} ${net.rtt_p99_ms} $MS; exec sleep 1000\"\"\"
                env = { MS = "env ${net.far.rtt_p99_ms}" }
                """)
        try host.waitForNetwork("ok", asked: 5)
        _ = try host.act("start", "tool")
        let line = try waitFor("its line") {
            try host.logged("tool").split(separator: "\n").first.map { $0.split(separator: " ").map(String.init) }
        }
        let numbers = line.compactMap { Int($0) }
        try #require(numbers.count == 4, "\(line)")
        #expect(numbers[0] >= 120 && numbers[0] < 600 && numbers[1] < numbers[0], "\(line)")
        #expect(numbers[2] == max(numbers[0], numbers[1]) && numbers[3] == numbers[0], "\(line)")
        withExtendedLifetime((web, relay)) {}
    }

    @Test func aJitteryLineIsDegradedAndNotDown() throws {
        let web = try Self.web()
        let relay = try Relay(to: web.port)
        let host = try Self.host([Self.http("web", relay.port)])
        try host.waitForNetwork("ok", asked: 25)
        relay.weather = .jitter(milliseconds: 450)
        try host.waitForNetwork("warn", cause: "path")
        relay.weather = .fine
        try host.waitForNetwork("ok")
        withExtendedLifetime((web, relay)) {}
    }

    @Test func aLineThatBecomesSlowIsDegraded() throws {
        let web = try Self.web()
        let relay = try Relay(to: web.port)
        let host = try Self.host([Self.http("web", relay.port)])
        try host.waitForNetwork("ok", asked: 25)
        relay.weather = .delay(milliseconds: 250)
        try host.waitForNetwork("warn", cause: "path")
        withExtendedLifetime((web, relay)) {}
    }

    @Test func oneTargetThatIsDownAmongOthersIsTheProvidersTrouble() throws {
        let web = try Self.web()
        let relay = try Relay(to: web.port)
        let host = try Self.host([Self.http("direct", web.port), Self.http("relayed", relay.port)])
        try host.waitForNetwork("ok", asked: 5)
        relay.weather = .stall
        try host.waitForNetwork("warn", cause: "provider")
        withExtendedLifetime((web, relay)) {}
    }

    @Test(arguments: [TinyNameServer.Mood.code(2), .silence])
    func aNameServerThatFailsIsTheCause(mood: TinyNameServer.Mood) throws {
        let web = try Self.web()
        let names = try TinyNameServer(.code(3))
        names.serve()
        let dns = "{ name = \"names\", dns = \"example.com\", server = \"127.0.0.1:\(names.port)\", \(Self.quick) }"
        let host = try Self.host([Self.http("web", web.port), dns])
        try host.waitForNetwork("ok", asked: 5)
        names.mood = mood
        try host.waitForNetwork("warn", cause: "dns")
        names.mood = .code(0)
        try host.waitForNetwork("ok")
        withExtendedLifetime(web) {}
    }

    @Test func aServerThatCannotSpeakTLSIsATroubleOfTLS() throws {
        let web = try Self.web()
        let plain = try TinyServer { connection in
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.waitForEnd()
        }
        let secure = "{ name = \"secure\", http = \"https://127.0.0.1:\(plain.port)/\", \(Self.quick) }"
        let host = try Self.host([Self.http("web", web.port), secure])
        try host.waitForNetwork("warn", cause: "tls")
        withExtendedLifetime((web, plain)) {}
    }

    @Test func aLoginPageInThePlaceOfTheServerIsSeen() throws {
        let page = try Self.web("302 Found")
        let host = try Self.host([Self.http("check", page.port, more: ", expect = 204")])
        try host.waitForNetwork("critical", cause: "portal")
        withExtendedLifetime(page) {}
    }

    @Test func aServiceThatNeedsTheNetworkWaitsForItAndIsNotBlamedForAnOutage() throws {
        let web = try Self.web("200 OK")
        let relay = try Relay(to: web.port)
        relay.weather = .stall
        let host = try Self.host(
            [Self.http("web", relay.port)],
            services: """
                [service.agent]
                command = ["/bin/sleep", "1000"]
                autostart = false
                needs = ["network"]
                live = { http = "http://127.0.0.1:\(relay.port)/", interval = "1s", timeout = "1s", failures = 3 }
                """)
        try host.waitForNetwork("critical")
        _ = try host.request("POST", "/v1/services/agent/start?wait=false")
        try host.wait("agent", for: "waiting") { $0.reason == "condition network is critical" }
        relay.weather = .fine
        let pid = try host.waitReady("agent")
        try host.waitForNetwork("ok")
        relay.weather = .stall
        try host.waitForNetwork("critical")
        // Longer than three failures of its live probe take.
        try waitUntil("the live probe to be excused") {
            let probe = try host.status("agent").health["live"]
            return probe?.seen.hasPrefix("not counted, as the network is down: ") == true
        }
        relay.weather = .fine
        try host.waitForNetwork("ok")
        let status = try host.wait("agent", for: "ready")
        #expect(status.pid == pid)
        #expect(status.restarts == 0)
        withExtendedLifetime((web, relay)) {}
    }

    @Test func aHostdThatWasStoppedItselfDoesNotBlameTheLine() throws {
        let web = try Self.web()
        let host = try Self.host([Self.http("web", web.port)])
        try host.waitForNetwork("ok", asked: 10)
        host.signal(SIGSTOP)
        letPass(microseconds: 2_000_000)
        host.signal(SIGCONT)
        let asked = try host.asked()
        try waitUntil("further questions") { try host.asked() > asked + 10 }
        #expect(try host.networkCondition()?.level == "ok")
        #expect(try !host.events().contains { $0.reason.hasPrefix("network is") })
        withExtendedLifetime(web) {}
    }

    @Test func withoutProbesNothingIsAskedAndNothingIsSaid() throws {
        let host = try HostUnderTest("")
        try host.start()
        #expect(try host.networkCondition() == nil)
        #expect(try host.json("GET", "/v1/net")["targets"]?.elements?.isEmpty == true)
        #expect(!Files.exists(host.dir + "/run/net.json"))
    }

    @Test func toolsReadTheFiguresFromAFile() throws {
        let web = try Self.web()
        let host = try Self.host([Self.http("web", web.port)])
        let figures = try waitFor("figures in net.json") { () -> JSON? in
            guard let bytes = try? Files.read(host.dir + "/run/net.json"), let json = try? JSON(parsing: bytes),
                let target = json["targets"]?.elements?.first, target["rtt_p99_ms"] != .null
            else { return nil }
            return target
        }
        #expect(figures["name"]?.text == "web")
        // The probes go with the configuration, and the file with them.
        try host.configure("")
        host.signal(SIGHUP)
        try waitUntil("net.json to go") { !Files.exists(host.dir + "/run/net.json") }
        #expect(try host.networkCondition() == nil)
        withExtendedLifetime(web) {}
    }
}

extension HostUnderTest {
    fileprivate func networkCondition() throws -> ConditionStatus? {
        try status().conditions.first { $0.kind == "network" }
    }

    /// How many questions the target has got that was asked least.
    fileprivate func asked() throws -> Int64 {
        let targets = try json("GET", "/v1/net")["targets"]?.elements ?? []
        let counts = targets.compactMap { target in
            if case .integer(let count)? = target["asked"] { count } else { nil }
        }
        return counts.min() ?? 0
    }

    fileprivate func waitForNetwork(_ level: String, cause: String? = nil, asked: Int64 = 0) throws {
        var seen = ""
        do {
            try waitUntil("the network to be \(level)", seconds: 90) {
                let report = try json("GET", "/v1/net")
                seen = String(decoding: report.bytes, as: UTF8.self)
                guard report["level"]?.text == level, cause == nil || report["cause"]?.text == cause else {
                    return false
                }
                return try self.asked() >= asked
            }
        } catch {
            throw TimedOut(event: "the network to be \(level) \(cause ?? ""); it is \(seen)")
        }
    }
}
