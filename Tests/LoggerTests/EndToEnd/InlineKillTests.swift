// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// `timestamps = "inline"` by the real logger, killed at random moments.
@Suite struct InlineKillTests {
    private let logger: LoggerUnderTest

    init() throws {
        logger = try LoggerUnderTest()
    }

    /// All lines of the second file without their times.
    private func inlineLines() throws -> [Substring] {
        let folder = logger.log + "/web/inline"
        let files = try Files.list(folder).filter { $0.hasSuffix("Z.log") } + ["current"]
        let text = try files.map { try Files.readText(folder + "/" + $0, limit: 1 << 26) }.joined()
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { $0.dropFirst(25) }
    }

    @Test(arguments: [true, false])
    func eachLineIsThereOnceHoweverOftenTheLoggerIsKilled(isCompressed: Bool) throws {
        let stop = logger.folder.path + "/stop"
        let script = """
            i=0; while [ ! -e \(stop) ]; do seq -f 'line %010.0f of a program' $((i + 1)) $((i + 500)); \
            i=$((i + 500)); echo $i > \(stop).count; done
            """
        let kept = try Kept(run: logger.run, instance: "web.1", script: script)
        let settings = LogSpecification(
            maxSizeBytes: 100_000, keep: 100_000, totalBytes: 1 << 40, isCompressed: isCompressed, timestamps: .inline)
        let wanted: [LoggerMessage] = [.log(name: "web", settings), kept.wanted(in: "web")]
        for _ in 1...40 {
            try logger.start().send([.begin] + wanted + [.commit])
            letPass(microseconds: .random(in: 0...30_000))
            logger.kill()
        }
        try Files.replace(stop, with: [])
        let hostd = try logger.start()
        try hostd.want(wanted)
        try hostd.wait(for: .drained(instance: "web.1"))
        let count = try #require(try Int(Files.readText(stop + ".count").dropLast()))
        #expect(hostd.heard.isEmpty)
        // It ends when all lines have their times.
        #expect(try logger.terminate() == exited(0))
        let lines = try inlineLines()
        #expect(lines.count == count)
        let wrong = lines.enumerated().first { index, line in
            line != "line \(String(String(10_000_000_001 + index).dropFirst())) of a program"
        }
        if let wrong { Issue.record("line \(wrong.offset + 1) is \"\(wrong.element)\"") }
    }

    @Test func whatIsInTheFileWhenTheLoggerEndsHasItsTimes() throws {
        let hostd = try logger.start()
        let pipe = try HeldPipe(run: logger.run, instance: "web.1")
        try hostd.want([.log(name: "web", LogSpecification(timestamps: .inline)), pipe.wanted(in: "web")])
        try pipe.write("one\ntwo\n")
        #expect(try logger.terminate() == exited(0))
        #expect(try inlineLines() == ["one", "two"])
    }
}
