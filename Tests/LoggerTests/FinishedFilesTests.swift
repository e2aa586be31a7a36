// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// What the tending child does with the finished files of a log, and what it finds half done.
@Suite struct FinishedFilesTests {
    private let place: TemporaryFolder
    private let folder: String
    private let first = "20261121T000000.000000Z"
    private let second = "20261122T000000.000000Z"

    init() throws {
        place = try TemporaryFolder()
        folder = place.path
    }

    private var files: FinishedFiles { FinishedFiles(folder: folder) }
    private var names: [String] { (try? Files.list(folder)) ?? [] }

    private func make(_ names: String...) throws {
        for name in names { try Files.replace(folder + "/" + name, with: name.utf8, mode: 0o640) }
    }

    private func rights(_ name: String) throws -> UInt32 { try FileStatus(at: folder + "/" + name).rights }

    @Test func aSyncedFileIsReadOnlyAndNothingElseIsTouched() throws {
        try make(first + ".log", first + ".idx", "current", "current.idx", "notes.log")
        #expect(try files.sync())
        #expect(try rights(first + ".log") == 0o440)
        #expect(try rights("current") == 0o640 && rights("notes.log") == 0o640 && rights(first + ".idx") == 0o640)
        #expect(try Files.readText(folder + "/" + first + ".log") == first + ".log")
    }

    @Test func whatIsStillToBeFollowedIsCompressedLater() throws {
        try make(first + ".log", second + ".log", "current")
        try Files.replace(folder + "/journal.at", with: "7:0 \(second)\n".utf8)
        #expect(try !files.compress {})
        #expect(names == [first + ".log.zst", second + ".log", "current", "journal.at"])
        unlink(folder + "/journal.at")
        #expect(try files.compress {})
        #expect(names == [first + ".log.zst", second + ".log.zst", "current"])
    }

    @Test func allFinishedFilesAreCompressedAndTheirIndexesStay() throws {
        try make(first + ".log", first + ".idx", second + ".log", "current", "current.idx", "lock", "notes.log")
        var asked = 0
        #expect(try files.compress { asked += 1 })
        #expect(asked == 2)
        #expect(
            names == [
                first + ".idx", first + ".log.zst", second + ".log.zst", "current", "current.idx", "lock", "notes.log",
            ])
        let compressed = try Files.read(folder + "/" + first + ".log.zst")
        #expect(try LogContent.decompress(compressed) == Array((first + ".log").utf8))
        #expect(try rights(first + ".log.zst") == 0o440)
    }

    @Test func whatACutHasLeftHalfDoneIsClearedAway() throws {
        try make(
            first + ".log", first + ".log.zst", first + ".idx", second + ".log", second + ".log.zst.tmp", "x.tmp",
            "current.log.zst.tmp")
        try files.tidy()
        #expect(
            names == [first + ".idx", first + ".log.zst", second + ".log", "current.log.zst.tmp", "x.tmp"],
            "a finished file is never removed, nor what is somebody else's")
    }

    @Test func oneThatCannotBeReadKeepsNoOther() throws {
        try Files.makeFolder(folder + "/" + first + ".log")
        try make(second + ".log")
        #expect(throws: SystemError.self) { try files.compress {} }
        #expect(names == [first + ".log", second + ".log.zst"])
    }

    @Test func oneThatIsRemovedMeanwhileIsFine() throws {
        try make(first + ".log", second + ".log")
        #expect(try files.compress { unlink(folder + "/" + second + ".log") })
        #expect(names == [first + ".log.zst"])
    }

    @Test func inAFloodTheNewestAreLeftForLater() throws {
        let now = Clock.wallMicroseconds
        let recent = (1...4).map { RotatedName.text(now - $0 * 100_000) + ".log" }
        for name in recent + [first + ".log"] { try make(name) }
        #expect(try !files.sync())
        #expect(try rights(first + ".log") == 0o440 && rights(recent[0]) == 0o640)
        #expect(try !files.compress {})
        #expect(names == [first + ".log.zst"] + recent.sorted())
    }

    @Test func aLinkIsNotFollowed() throws {
        try make("elsewhere")
        symlink(folder + "/elsewhere", folder + "/" + first + ".log")
        #expect(throws: SystemError.self) { try files.compress {} }
        #expect(try Files.readText(folder + "/elsewhere") == "elsewhere" && rights("elsewhere") == 0o640)
    }

    // MARK: - Retention

    @Test func compressedFilesCountAndGoLikeOthersWithAllThatBelongsToThem() throws {
        try make(
            first + ".log.zst", first + ".idx", first + ".log.zst.tmp", second + ".log.zst", second + ".idx", "current")
        try Rotation.prune(folder, LogRetention(keep: 1))
        #expect(names == [second + ".idx", second + ".log.zst", "current"])
    }

    @Test func filesOlderThanTheirAgeGo() throws {
        try make(first + ".log.zst", second + ".log", "current")
        let now = RotatedName.microseconds(of: second)
        try Rotation.prune(folder, LogRetention(maxAge: .seconds(86400)), nowMicroseconds: now)
        #expect(names == [second + ".log", "current"])
    }

    @Test func allFilesWithCurrentAndTheIndexesTakeNoMoreThanTheTotal() throws {
        for name in [first + ".log", second + ".log", second + ".idx", "current"] {
            try Files.replace(folder + "/" + name, with: [UInt8](repeating: 0, count: 1000))
        }
        try Rotation.prune(folder, LogRetention(totalBytes: 4000))
        #expect(names.count == 4)
        try Rotation.prune(folder, LogRetention(totalBytes: 3999))
        #expect(names == [second + ".idx", second + ".log", "current"])
        try Rotation.prune(folder, LogRetention(totalBytes: 1))
        #expect(names == ["current"])
    }

    @Test func overTheTotalOfTheHostTheOldestGoWhicheverLogTheyBelongTo() throws {
        let third = "20261123T000000.000000Z"
        for path in ["web", "web/stderr", "gone"] { try Files.makeFolder(folder + "/" + path) }
        let made = [
            "web/\(second).log.zst", "web/current", "web/stderr/\(first).log", "web/stderr/\(first).idx",
            "gone/\(third).log", "gone/current",
        ]
        for name in made { try Files.replace(folder + "/" + name, with: [UInt8](repeating: 0, count: 1000)) }
        try HostTotal.enforce(6000, below: folder)
        #expect(made.allSatisfy { Files.exists(folder + "/" + $0) })
        try HostTotal.enforce(5999, below: folder)
        #expect(try Files.list(folder + "/web/stderr") == [])
        #expect(Files.exists(folder + "/web/\(second).log.zst"))
        try HostTotal.enforce(3000, below: folder)
        #expect(try Files.list(folder + "/web") == ["current", "stderr"])
        #expect(try Files.list(folder + "/gone") == ["\(third).log", "current"])
        try HostTotal.enforce(0, below: folder)
        #expect(try Files.list(folder + "/gone") == ["current"], "what is being written stays")
    }

    @Test func aNameSaysTheTimeThatItWasMadeOf() {
        for time: Int64 in [0, 951_782_400_000_007, 1_795_526_102_123_456] {
            #expect(RotatedName.microseconds(of: RotatedName.text(time)) == time)
        }
    }
}
