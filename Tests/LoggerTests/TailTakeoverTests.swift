// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

@Suite struct TailTakeoverTests {
    private let place: TemporaryFolder
    private let folder: String
    private let tail: String
    private let look: LookAhead

    init() throws {
        place = try TemporaryFolder()
        folder = place.path
        tail = folder + "/out.tail"
        look = try LookAhead()
    }

    private var current: String { (try? Files.readText(folder + "/current")) ?? "" }

    /// Copies at most `limit` bytes in one go, as if the logger were killed afterwards; true when the tail is done.
    private func takeOver(limit: Int = 1000) throws -> Bool? {
        if Files.exists(folder + "/lock") { try waitUntilFree(folder + "/lock") }
        var log = try LogFile(folder: folder)
        guard let takeover = try TailTakeover(tail, logEnd: log.end) else { return nil }
        let few = UnsafeMutableRawBufferPointer(rebasing: look.buffer[..<4])
        return try takeover.copy(into: &log, through: few, limit: limit, now: .zero)
    }

    @Test func withoutATailThereIsNothingToDo() throws {
        #expect(try takeOver() == nil)
        #expect(!TailTakeover.isUnderWay(tail))
    }

    @Test func aTailFollowsWhatIsThereAndIsRemoved() throws {
        try Files.replace(folder + "/current", with: "before\n".utf8)
        try Files.replace(tail, with: "one\ntwo\n".utf8)
        #expect(try takeOver() == true)
        #expect(current == "before\none\ntwo\n")
        #expect(!Files.exists(tail) && !Files.exists(tail + ".at"))
    }

    @Test func oneThatWasKilledHalfWayGoesOnWhereItWas() throws {
        try Files.replace(folder + "/current", with: "before\n".utf8)
        try Files.replace(tail, with: "0123456789abcdefghij".utf8)
        #expect(try takeOver(limit: 4) == false)
        #expect(TailTakeover.isUnderWay(tail))
        #expect(current == "before\n0123")
        #expect(try takeOver(limit: 8) == false)
        #expect(try takeOver() == true)
        #expect(current == "before\n0123456789abcdefghij")
    }

    @Test func bytesThatWereWrittenBeforeTheKillAreNotWrittenAgain() throws {
        // Killed in the middle of a write: two bytes are in the file and nobody knows but the file itself.
        try Files.replace(tail, with: "0123456789".utf8)
        try Files.replace(tail + ".at", with: "7\n".utf8)
        try Files.replace(folder + "/current", with: "before\n01".utf8)
        #expect(try takeOver() == true)
        #expect(current == "before\n0123456789")
    }

    @Test func oneThatWasKilledAfterTheLastByteOnlyCleansUp() throws {
        try Files.replace(tail, with: "tail".utf8)
        try Files.replace(tail + ".at", with: "0\n".utf8)
        try Files.replace(folder + "/current", with: "tail".utf8)
        #expect(try takeOver() == true)
        #expect(current == "tail")
        try Files.replace(tail + ".at", with: "0\n".utf8)
        #expect(try takeOver() == nil, "killed between the two removals")
        #expect(!Files.exists(tail + ".at"))
    }

    @Test(arguments: ["", "7", "seven\n", "99\n"])
    func aPlaceThatCannotBeRightIsTakenAnew(_ recorded: String) throws {
        try Files.replace(folder + "/current", with: "before\n".utf8)
        try Files.replace(tail, with: "tail\n".utf8)
        try Files.replace(tail + ".at", with: recorded.utf8)
        #expect(try takeOver() == true)
        #expect(current == "before\ntail\n")
    }

    @Test func aTailThatIsNoPlainFileIsRefused() throws {
        try Files.makeFolder(tail)
        #expect(throws: SystemError.self) { try takeOver() }
    }
}
