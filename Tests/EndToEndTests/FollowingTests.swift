// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl logs -f` and `hostctl events -f` while everything around them changes.
@Suite struct FollowingTests {
    /// Writes 4000 numbered lines, in pieces that end in the middle of a line, over many rotations.
    private static let writer = """
        [service.writer]
        command = '''
        i=1
        while [ $i -le 4000 ]; do
            printf 'line %d of ' $i
            [ $((i % 400)) = 0 ] && sleep 0.1
            printf 'the log, and some more of it to fill it up\\n'
            i=$((i + 1))
        done
        echo the end
        sleep 1000
        '''
        log = { max_size = "64KiB", keep = 100 }

        """

    private static let expected =
        (1...4000).map { "line \($0) of the log, and some more of it to fill it up" } + ["the end"]

    /// The lines that hostctl showed, without what it said itself.
    private static func lines(_ running: RunningHostctl) throws -> [String] {
        try running.said().split(separator: "\n").map(String.init).filter { !$0.hasPrefix("hostctl: ") }
    }

    @Test func noLineIsLostDoubledOrTornOverRotationsAndKillsOfHostd() throws {
        let host = try HostUnderTest(Self.writer)
        try host.start()
        try host.waitReady("writer")
        let running = try RunningHostctl(host, ["logs", "writer", "-f", "-n", "all"])
        for _ in 1...4 {
            let shown = try Self.lines(running).count
            try waitUntil("more lines") {
                let lines = try Self.lines(running)
                return lines.count > shown || lines.last == "the end"
            }
            host.kill()
            try host.start()
        }
        try waitUntil("the last line", seconds: 60) { try Self.lines(running).last == "the end" }
        #expect(try Self.lines(running) == Self.expected)
        let rotated = try LogContent.rotated(host.dir + "/log/writer")
        #expect(rotated.count > 2, "\(rotated)")
    }

    @Test func whatIsAskedForAfterwardsIsTheSame() throws {
        let host = try HostUnderTest(Self.writer)
        try host.start()
        func logs(_ options: String...) throws -> [String] {
            try host.run("hostctl", ["--dir", host.dir, "logs", "writer"] + options).output.split(separator: "\n")
                .map(String.init)
        }
        try waitUntil("the last line", seconds: 60) { try logs("-n1") == ["the end"] }
        #expect(try logs("-n", "all") == Self.expected)
        #expect(try logs("-n", "2000") == Self.expected.suffix(2000))
        #expect(try logs("--since", "1h") == Self.expected)
        #expect(try logs("--until", "1h").isEmpty)
        #expect(try logs("--grep", "^line [0-9]*000 ").count == 4)
    }

    @Test func noEventIsLostOrShownTwiceOverKillsOfHostd() throws {
        let host = try HostUnderTest("[service.a]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.start()
        try host.waitReady("a")
        let running = try RunningHostctl(host, ["events", "-f", "--json", "-n", "10000"])
        for _ in 1...3 {
            #expect(try host.hostctl("restart", "a").status == 0)
            host.kill()
            try host.start()
            try host.waitReady("a")
        }
        try waitUntil("all that hostd keeps") { try Self.ids(running).last == host.events().last?.id }
        let told = try Self.ids(running)
        #expect(zip(told, told.dropFirst()).allSatisfy { $0 < $1 }, "none is shown twice")
        // An entry that repeats takes the place of the one before it: that one was shown, and is in no history now.
        #expect(Set(try host.events().map(\.id)).subtracting(told).isEmpty, "none is lost")
    }

    private static func ids(_ running: RunningHostctl) throws -> [Int64] {
        try lines(running).map { try EventRecord(json: JSON(parsing: Array($0.utf8))).id }
    }
}
