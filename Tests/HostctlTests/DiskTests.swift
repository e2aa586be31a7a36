// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct DiskTests {
    private static let gibibyte: UInt64 = 1 << 30

    private static func report(level: String = "warn") -> DiskReport {
        let series = (0..<360).map { minute -> UInt64? in
            // Nothing was seen in the first half; then 60 to 24 GiB.
            minute < 180 ? nil : (60 - UInt64(minute - 180) / 5) * gibibyte
        }
        let root = DiskFileSystem(
            path: "/", paths: ["/", "/var/lib/hostd"], type: "ext4", step: "warn", level: level,
            reason: "24 GiB (9%) left, full in about 2 h", freeBytes: 24 * gibibyte, capacityBytes: 251 * gibibyte,
            freePercent: 9.5, freeInodes: 900, inodes: 1000, fullInSeconds: 7200,
            limits: ["warn": 37 * gibibyte, "gate": 20 * gibibyte], series: series)
        let run = DiskFileSystem(
            path: "/run/hostd", paths: ["/run/hostd"], type: "tmpfs", step: "fine", level: "ok", reason: "",
            freeBytes: 700 << 20, capacityBytes: 800 << 20, freePercent: 87.5)
        return DiskReport(
            level: level, reason: "/: 24 GiB (9%) left", reserveBytes: 512 << 20, reserveHeldBytes: 512 << 20,
            fileSystems: [root, run],
            logs: [
                .init(name: "gateway", bytes: 1200 << 20, grownBytes: 220 << 20, overSeconds: 3600),
                .init(name: "a", bytes: 4096),
            ], removed: [.init(path: "/tmp/x", bytes: gibibyte, pid: 811, program: "node")])
    }

    private static let answering: StandIn.Answering = { question in
        question.path == ["v1", "disk"] && question.value("hours") == "6"
            ? .json(report().json) : .error(404, "no such path")
    }

    @Test func inAPipeThereAreTheFigures() throws {
        let standIn = try StandIn(Self.answering)
        let result = try Hostctl.run(["disk"], at: standIn)
        #expect(result.code == 0)
        #expect(
            result.out
                == """
                !  /  ext4  24 GiB of 251 GiB free  (9.5%)  warn
                    24 GiB (9%) left, full in about 2 h
                    steps below warn 37 GiB, gate 20 GiB
                    900 of 1000 inodes free
                    also of /var/lib/hostd
                *  /run/hostd  tmpfs  700 MiB of 800 MiB free  (87%)
                reserve  512 MiB held back (disk.reserve is 512 MiB)

                logs
                  gateway   1.1 GiB  +220 MiB in 1h
                  a           4 KiB

                removed, and still open
                     1 GiB  /tmp/x  pid 811 (node)

                """)
    }

    @Test func onATerminalThereIsAPictureWithItsThreshold() throws {
        let standIn = try StandIn(Self.answering)
        let result = try PseudoTerminal.run(["disk", "--no-color"], at: standIn, columns: 80)
        let lines = result.out.split(separator: "\n").map(String.init)
        // Forty columns: twenty without a figure, then from the highest block to the lowest.
        let picture = "    6 h " + String(repeating: " ", count: 20) + "███▇▇▆▆▅▅▅▄▄▃▃▃▂▂▁▁▁"
        #expect(lines[2].hasPrefix(picture) && lines[2].hasSuffix("  25 GiB to 59 GiB"), "\(lines[2])")
        let marks = String(repeating: " ", count: 40) + "^^^^^^^^ less than 37 GiB"
        #expect(lines[3] == marks, "\(lines[3])")
    }

    @Test func thePastPartIsInAnotherColour() throws {
        let standIn = try StandIn(Self.answering)
        let result = try PseudoTerminal.run(["disk"], at: standIn, columns: 80)
        #expect(result.out.contains("\u{1B}[36m"))
        #expect(result.out.contains("\u{1B}[31m▃"))
    }

    @Test func asJSONItIsWhatHostdSays() throws {
        let standIn = try StandIn(Self.answering)
        let result = try Hostctl.run(["disk", "--json"], at: standIn)
        let json = try JSON(parsing: Array(result.out.utf8))
        #expect(try DiskReport(json: json) == Self.report())
        #expect(json["file_systems"]?.elements?.first?["series"]?.elements?.count == 360)
    }

    @Test(arguments: ["0", "25", "x", "all"]) func aTimeThatIsNotKeptIsWrongUsage(hours: String) throws {
        let standIn = try StandIn(Self.answering)
        #expect(try Hostctl.run(["disk", "--hours", hours], at: standIn).code == ExitCode.usage.rawValue)
    }
}
