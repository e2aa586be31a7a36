// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// A good file, changed at random: whatever comes of it is a configuration or errors with places in it, never a trap.
struct FuzzTests {
    private static let good = Array(
        """
        [host]
        name = "agent-01"
        launcher = "auto"
        [control]
        admin_group = "hostd-admin"
        [service.proxy]
        command = "proxy $$X"
        umask = "022"
        [service.gateway]
        command = ["openclaw", "gateway", "--port", "18789"]
        after = ["proxy"]
        after_timeout = "1m30s"
        ports = [18789]
        env = { A = "1", "B" = 'two', C = \"\"\"three
        lines\"\"\" }
        live = { http = "http://[::1]:18789/healthz", expect = "200-299", interval = "10s", failures = 3 }
        ready = { tcp = "127.0.0.1:18789" }
        [service.gateway.restart]
        policy = "always"
        jitter = "12.5%"
        hold_on_exit = [78]
        [service.gateway.stop]
        signal = "SIGRTMIN+3"
        grace = "330s"
        [service.gateway.log]
        max_size = "16MiB" # größer
        """.utf8)

    private static let pieces: [[UInt8]] = [
        "\"", "'", "\"\"\"", "'''", "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "#", "\n", "\r\n", "\\", "\\u0000",
        "${", "$$", "-", "+", "_", "0x", "1e9", "9999999999999999999", "inf", "true", "1979-05-27T07:32:00Z",
        "\u{FEFF}",
        "ä", "🙂", "\0", "service", "[service.x]\n", "a.b.c", "\"10\"", "%", ":", "::1",
    ].map { Array($0.utf8) }

    private func changed(_ random: inout SplitMix64) -> [UInt8] {
        var bytes = Self.good
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, start + Int.random(in: 0...20, using: &random))
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[start] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: start)
            case 3: bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &random))
            default: bytes.replaceSubrange(start..<end, with: Self.pieces.randomElement(using: &random) ?? [])
            }
            if bytes.isEmpty { bytes = [0x0A] }
        }
        return bytes
    }

    @Test(arguments: 1...8) func everyChangeGivesAConfigurationOrErrorsInIt(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for round in 0..<250 {
            let bytes = changed(&random)
            guard case .failure(let errors) = ConfigurationReader.read([ConfigurationFile(path: "f", bytes: bytes)])
            else { continue }
            let lines = bytes.count { $0 == 0x0A } + 1
            for error in errors.errors {
                let isInFile = (1...lines).contains(error.line) && (1...bytes.count + 1).contains(error.column)
                #expect(isInFile && !error.message.isEmpty, "seed \(seed), round \(round): \(error)")
                #expect(!error.message.utf8.contains { $0 < 0x20 }, "seed \(seed), round \(round): \(error)")
            }
            #expect(!errors.errors.isEmpty)
        }
    }
}
