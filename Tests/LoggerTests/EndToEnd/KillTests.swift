// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// kill -9 of the logger at random moments, under output and with rotation.
@Suite struct KillTests {
    private let logger: LoggerUnderTest
    private var stop: String { logger.folder.path + "/stop" }

    init() throws {
        logger = try LoggerUnderTest()
    }

    /// Writes numbered lines in blocks that end anywhere, until it is told to stop.
    private func blocks() -> String {
        """
        i=0; while [ ! -e \(stop) ]; do
        seq -f 'blocks %010.0f a line of the writer' $i $((i + 999)); i=$((i + 1000)); done
        echo $i > \(stop).blocks
        """
    }

    /// Three processes that each write numbered lines, one at a time, into the same pipe.
    private func lines() -> String {
        """
        for w in 1 2 3; do
        (i=0; while [ ! -e \(stop) ]; do echo lines-$w $i a line of the writer; i=$((i + 1)); done
        echo $i > \(stop).lines-$w) & done; wait
        """
    }

    /// What awk says of all files of a log put together: `WRITER COUNT` for each writer whose lines are all there,
    /// whole, once and in order, or the first line that is not so.
    private func check(_ log: String) throws -> [String] {
        let result = logger.folder.path + "/check." + log
        let program = """
            NF != 7 || $3 $4 $5 $6 $7 != "alineofthewriter" || $2 + 0 != n[$1] { print "wrong line " NR ": " $0; exit }
            { n[$1]++ } END { for (w in n) print w, n[w] }
            """
        let all = logger.folder.path + "/all." + log
        try Files.replace(all, with: logger.content(log))
        let command = "awk '\(program)' \(all) > \(result)"
        #expect(try TestProcess("/bin/sh", ["-c", command]).waitForEnd() == exited(0))
        return try Files.readText(result).split(separator: "\n").map(String.init).sorted()
    }

    @Test func fiftyKillsUnderOutputLoseTearAndDoubleNoLine() throws {
        let kept = [
            try Kept(run: logger.run, instance: "blocks.1", script: blocks()),
            try Kept(run: logger.run, instance: "lines.1", pipeSizeBytes: 1 << 20, script: lines()),
        ]
        let wanted: [LoggerMessage] = [
            .log(name: "blocks", LogSpecification(maxSizeBytes: 128 << 10, keep: 1_000_000)),
            kept[0].wanted(in: "blocks"),
            .log(name: "lines", LogSpecification(maxSizeBytes: 128 << 10, keep: 1_000_000)),
            kept[1].wanted(in: "lines"),
        ]
        for _ in 1...Rounds.count(50) {
            try logger.start().send([.begin] + wanted + [.commit])
            letPass(microseconds: .random(in: 0...12_000))
            logger.kill()
        }
        try Files.replace(stop, with: [])
        let hostd = try logger.start()
        try hostd.want(wanted)
        for one in kept { try hostd.wait(for: .drained(instance: one.instance)) }
        #expect(hostd.heard.isEmpty)
        for log in ["blocks", "lines"] {
            let counts = try Files.list(logger.folder.path).filter { $0.hasPrefix("stop." + log) }.map {
                try $0.dropFirst(5) + " " + Files.readText(logger.folder.path + "/" + $0).dropLast()
            }
            #expect(try check(log) == counts.map(String.init).sorted())
            #expect(try logger.rotated(log).count > 3)
        }
    }
}
