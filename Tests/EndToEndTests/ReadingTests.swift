// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl logs` over what a real logger made of what real programs wrote.
@Suite struct ReadingTests {
    /// A service whose launches count themselves, write fifty numbered lines each and fail.
    private func counting(_ host: HostUnderTest) throws {
        try host.configure(
            """
            [service.web]
            command = '''
            n=$(($(cat \(host.dir)/count 2>/dev/null || echo 0) + 1)); echo $n > \(host.dir)/count
            for i in $(seq 50); do echo "$n line $i"; done
            exit 1
            '''
            log = { max_size = "1KiB", keep = 500, compress = true }
            restart = { backoff = "20ms", max_backoff = "20ms", burst = 0 }

            """)
    }

    private func lines(_ launch: Int) -> String { (1...50).map { "\(launch) line \($0)\n" }.joined() }

    @Test func theLinesOfOneLaunchAreFoundAmongThoseOfAll() throws {
        let host = try HostUnderTest("")
        try counting(host)
        try host.start()
        try host.wait("web", for: "starting", "running", "ready", "backoff", "stopping", "waiting", seconds: 90) {
            $0.restarts > 5
        }
        _ = try host.act("stop", "web")
        for launch in 1...5 {
            #expect(try host.hostctl("logs", "web", "--instance", "\(launch)").output == lines(launch))
        }
        #expect(try host.hostctl("logs", "web", "--instance", "web.3", "-n", "2").output == "3 line 49\n3 line 50\n")
        #expect(try host.hostctl("logs", "web", "--instance", "99999").output.isEmpty)
        #expect(try host.hostctl("logs", "web", "-n", "all").output.hasPrefix((1...5).map(lines).joined()))
    }

    @Test func aTimeIsFoundOverRotations() throws {
        let host = try HostUnderTest("")
        try counting(host)
        try host.start()
        try host.wait("web", for: "starting", "running", "ready", "backoff", "stopping", "waiting", seconds: 90) {
            $0.restarts > 3
        }
        _ = try host.act("stop", "web")
        let all = try LogLines(json: try host.json("GET", "/v1/services/web/logs?lines=10000")).lines
        for index in [0, 10, 60, 120, 170] {
            let at = try #require(all[index].at)
            let answer = try LogLines(json: try host.json("GET", "/v1/services/web/logs?since=\(at.text)")).lines
            // Times are told in milliseconds: others may have arrived in the same one.
            #expect(answer.count >= all.count - index && answer.suffix(all.count - index) == all[index...])
            #expect(answer.allSatisfy { ($0.at ?? at) >= at })
        }
    }
}
