// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import Testing

@testable import HostLogs

@Suite struct LookAheadTests {
    private let look: LookAhead
    private let ends: Ends

    /// A pipe as an object, since a test's suite is copied.
    private final class Ends {
        let pipe: PrivatePipe
        init() throws { pipe = try PrivatePipe() }
        func write(_ text: String) throws { try pipe.writing.write(all: text.utf8) }
    }

    init() throws {
        look = try LookAhead()
        ends = try Ends()
    }

    private func bytesToLineEnd(limit: Int = LookAhead.reach) -> Int {
        look.bytesToLineEnd(in: ends.pipe.reading.raw, limit: limit)
    }

    @Test func theLineUnderWayEndsWithItsNewline() throws {
        try ends.write("rest of it\nnext\n")
        #expect(bytesToLineEnd() == 11)
        #expect(bytesToLineEnd() == 11, "looking takes nothing")
        #expect(try ends.pipe.reading.read(upTo: 100) == Array("rest of it\nnext\n".utf8))
    }

    @Test func aNewlineAloneIsALineEnd() throws {
        try ends.write("\nnext")
        #expect(bytesToLineEnd() == 1)
    }

    @Test func withoutANewlineAllThatLiesThereBelongsToTheLine() throws {
        try ends.write("no end")
        #expect(bytesToLineEnd() == 6)
        #expect(bytesToLineEnd(limit: 4) == 4)
    }

    @Test func aNewlineBehindTheLimitIsNotSeen() throws {
        try ends.write("abc\n")
        #expect(bytesToLineEnd(limit: 3) == 3)
        #expect(bytesToLineEnd(limit: 4) == 4)
    }

    @Test func anEmptyPipeIsNoEnd() {
        #expect(bytesToLineEnd() == Int(-EAGAIN))
    }

    @Test func aPipeThatHasEndedSaysZero() throws {
        let pipe = try PrivatePipe()
        var ends = [dup(pipe.reading.raw)]
        defer { ends.forEach { close($0) } }
        _ = consume pipe
        #expect(look.bytesToLineEnd(in: ends.removeLast(), limit: 10) == 0)
    }
}
