// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct TerminalTests {
    private static let services = [Samples.agent, Samples.batch, Samples.gateway]

    @Test func onATerminalThereAreColoursAndSymbolsAndReasonsFit() throws {
        let standIn = try StandIn(Samples.answering(Self.services, conditions: [Samples.fullDisk]))
        let result = try PseudoTerminal.run(["status"], at: standIn, columns: 72)
        let plain = Self.withoutColours(result.out)
        #expect(
            plain == """
                agent-01  hostd 0.1.0  up 3d 4h  launcher direct  services 1 ready / 3 all
                ▲ disk warn  /var/lib/hostd is 91% full, 2.1 GiB left (2h 5m ago)

                  NAME     STATE    SINCE        PID  RESTARTS  REASON
                ▲ agent    backoff  1h 30m ago     -        12
                    backoff 8 s: exit 1 after 0.4 s, last line: Error: listen EADDRINUSE
                    :::18789; port held by pid 811 (node)
                ○ batch    stopped  3d ago         -         0  stopped by a person
                ● gateway  ready    2h 5m ago   4242         2  ready 0.4 s after its s…

                """)
        #expect(result.out.contains("\u{1B}[32m●\u{1B}[0m \u{1B}[1mgateway\u{1B}[0m  \u{1B}[32mready  \u{1B}[0m"))
        #expect(result.out.contains("\u{1B}[33m▲\u{1B}[0m \u{1B}[1magent  \u{1B}[0m  \u{1B}[33mbackoff\u{1B}[0m"))
        #expect(result.out.contains("\u{1B}[2m○\u{1B}[0m"))
        #expect(result.code == ExitCode.attention.rawValue)
    }

    @Test(arguments: [(["status"], ["NO_COLOR": "1"]), (["status", "--no-color"], [:])])
    func withoutColourTheSymbolsStay(arguments: [String], environment: [String: String]) throws {
        let standIn = try StandIn(Samples.answering(Self.services))
        let result = try PseudoTerminal.run(arguments, at: standIn, columns: 200, environment: environment)
        #expect(!result.out.contains("\u{1B}"))
        #expect(result.out.contains("\n● gateway  ready "))
    }

    @Test(arguments: [["TERM": "dumb"], ["LANG": "C", "NO_COLOR": "1"], ["LC_ALL": "POSIX", "NO_COLOR": "1"]])
    func aTerminalThatCanDoNothingGetsASCII(environment: [String: String]) throws {
        let standIn = try StandIn(Samples.answering(Self.services))
        let result = try PseudoTerminal.run(["status"], at: standIn, columns: 60, environment: environment)
        #expect(result.out.utf8.allSatisfy { $0 < 0x80 && $0 != 0x1B })
        #expect(result.out.contains("\n* gateway  ready ") && result.out.contains("..."))
    }

    @Test func wideCharactersTakeTwoColumns() throws {
        var service = Samples.gateway
        service.reason = String(repeating: "漢", count: 60)
        let standIn = try StandIn(Samples.answering([service]))
        let result = try PseudoTerminal.run(["status", "--no-color"], at: standIn, columns: 80)
        let line = try #require(result.out.split(separator: "\n").last)
        let head = line.prefix { $0 != "漢" }.count
        #expect(line.hasSuffix("漢…"))
        #expect((head + 2 * line.count { $0 == "漢" } + 1 + 1) / 2 == 40)
    }

    @Test func inAPipeNothingIsCutAndNothingIsColoured() throws {
        let standIn = try StandIn(Samples.answering(Self.services, conditions: [Samples.fullDisk]))
        for arguments in [["status"], ["status", "agent"], ["events"], ["help"]] {
            let result = try Hostctl.run(arguments, at: standIn, environment: ["COLUMNS": "40"])
            #expect(!result.out.contains("\u{1B}"))
            #expect(arguments == ["help"] || !result.out.contains("…"))
        }
    }

    private static func withoutColours(_ text: String) -> String {
        text.split(separator: "\u{1B}[", omittingEmptySubsequences: false).enumerated()
            .map { $0 == 0 ? $1 : $1.drop { $0 != "m" }.dropFirst() }.joined()
    }
}
