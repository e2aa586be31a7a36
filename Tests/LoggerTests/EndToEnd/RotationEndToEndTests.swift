// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

@Suite struct RotationEndToEndTests {
    private let logger: LoggerUnderTest
    private let hostd: LoggerConnection

    init() throws {
        logger = try LoggerUnderTest()
        hostd = try logger.start()
    }

    /// Numbered lines in blocks that end anywhere, as a program with a buffer writes them.
    private func writer(_ instance: String, lines: Int) throws -> Kept {
        let script = "exec seq -f 'writer %010.0f says a few words' 0 \(lines - 1)"
        return try Kept(run: logger.run, instance: instance, script: script)
    }

    private func expectedText(lines: Int) -> String {
        var text = ""
        for number in 0..<lines {
            let digits = String(number)
            text += "writer " + String(repeating: "0", count: 10 - digits.utf8.count) + digits + " says a few words\n"
        }
        return text
    }

    @Test func filesAreRotatedAtLineEndsAndNoLineIsLostTornOrDoubled() throws {
        let kept = try writer("web.1", lines: 100_000)
        let settings = LogSpecification(maxSizeBytes: 100_000, keep: 1000, isCompressed: false)
        try hostd.want([.log(name: "web", settings), kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        #expect(logger.text("web") == expectedText(lines: 100_000))
        let rotated = try logger.rotated("web")
        #expect(rotated.count >= 30)
        for name in rotated {
            let bytes = try Files.read(logger.log + "/web/\(name).log")
            #expect(bytes.last == UInt8(ascii: "\n"))
            // The first line end after the size: no more than a line of 36 bytes further.
            #expect((100_000..<100_036).contains(bytes.count))
            #expect(Files.exists(logger.log + "/web/\(name).idx"))
        }
    }

    @Test func onlySoManyRotatedFilesAreKeptAndTheyAreTheNewest() throws {
        let kept = try writer("web.1", lines: 20_000)
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 50_000, keep: 3)), kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        #expect(try logger.rotated("web").count == 3)
        let text = logger.text("web")
        #expect(text.utf8.count >= 150_000)
        #expect(expectedText(lines: 20_000).hasSuffix(text))
        let indexes = try Files.list(logger.log + "/web").filter { $0.hasSuffix(".idx") }
        #expect(indexes.count == 4)
    }

    @Test func aLineThatIsTooLongIsCutAndNothingOfItIsLost() throws {
        let script = "head -c 500000 /dev/zero | tr '\\0' x; echo; echo short"
        let kept = try Kept(run: logger.run, instance: "web.1", script: script)
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 100_000, keep: 1000)), kept.wanted(in: "web")])
        try hostd.wait(for: .drained(instance: "web.1"))
        #expect(logger.text("web") == String(repeating: "x", count: 500_000) + "\nshort\n")
        #expect(try logger.rotated("web").count == 3)
    }

    @Test func aReaderFollowsOverEveryRotation() throws {
        let kept = try writer("web.1", lines: 30_000)
        try hostd.want([.log(name: "web", LogSpecification(maxSizeBytes: 100_000, keep: 1000)), kept.wanted(in: "web")])
        let reader = logger.reader("web")
        let expected = expectedText(lines: 30_000).split(separator: "\n").map { Array($0.utf8) }
        var place = LogCursor.start
        var lines: [[UInt8]] = []
        try waitUntil("the last line") {
            let part = try reader.read(after: place, limitBytes: 1 << 20)
            lines += part.lines.map(\.text)
            place = part.next
            return lines.count >= expected.count
        }
        #expect(lines == expected)
    }
}
