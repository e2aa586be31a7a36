// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// Instances of one service are restarted one after the other.
@Suite struct RollingRestartTests {
    private static let twenty = """
        [service.web]
        instances = 20
        command = ["/bin/sh", "-c", "sleep 0.05; touch ${directory}up${instance}; exec sleep 1000"]
        before_start = [["rm", "-f", "${directory}up${instance}"]]
        ready = { exec = ["test", "-e", "${directory}up${instance}"], interval = "50ms" }

        """

    private func host() throws -> HostUnderTest {
        let host = try HostUnderTest("")
        try host.configure(Self.twenty.replacing("${directory}", with: host.dir + "/"))
        try host.start()
        for number in 1...20 { try host.waitReady("web@\(number)") }
        return host
    }

    @Test func ofTwentyNineteenAreReadyAllTheTime() throws {
        let host = try host()
        let before = try host.status().services.compactMap(\.pid)
        let running = try RunningHostctl(host, ["restart", "web"])
        var least = 20
        try waitUntil("all twenty to be new", seconds: 120) {
            let services = try host.status().services
            least = min(least, services.count { $0.state == "ready" })
            return services.allSatisfy { $0.state == "ready" && $0.restarts == 1 }
        }
        #expect(try running.wait() == 0)
        #expect(least >= 19, "\(least) were ready")
        #expect(Set(before).isDisjoint(with: try host.status().services.compactMap(\.pid)))
        // What the look from outside may have missed, the history has not: one ends when the one before it is ready.
        let turns = try host.events().filter { ["service.exited", "service.ready"].contains($0.kind) }
        let roll = turns.drop { $0.kind != "service.exited" }.map { "\($0.kind) \($0.service ?? "")" }
        let expected = (1...20).flatMap { ["service.exited web@\($0)", "service.ready web@\($0)"] }
        #expect(Array(roll) == expected)
    }

    @Test func theRollGoesOnAfterHostdWasKilled() throws {
        let host = try host()
        #expect(try host.request("POST", "/v1/services/web/restart?wait=false").status == 200)
        try waitUntil("some to be new", seconds: 60) { try host.status().services.count { $0.restarts == 1 } > 3 }
        host.kill()
        try host.start()
        try waitUntil("all twenty to be new", seconds: 120) {
            try host.status().services.allSatisfy { $0.state == "ready" && $0.restarts == 1 }
        }
    }
}
