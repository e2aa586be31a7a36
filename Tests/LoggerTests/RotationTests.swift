// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

@Suite struct RotationTests {
    private let place: TemporaryFolder
    private let folder: String

    init() throws {
        place = try TemporaryFolder()
        folder = place.path
    }

    private func make(_ names: String...) throws {
        for name in names { try Files.replace(folder + "/" + name, with: name.utf8) }
    }

    private var names: [String] { (try? Files.list(folder)) ?? [] }

    @Test func aRotatedFileIsNamedByTheTimeInUTC() {
        #expect(RotatedName.text(1_795_526_102_123_456) == "20261124T131502.123456Z")
        #expect(RotatedName.text(0) == "19700101T000000.000000Z")
        #expect(RotatedName.text(951_782_400_000_007) == "20000229T000000.000007Z")
    }

    @Test func aNameSortsBehindTheLastOneAlsoWhenTheClockIsSetBack() {
        let last = "20261124T131502.123456Z"
        #expect(RotatedName.next(after: nil, wallMicroseconds: 0) == "19700101T000000.000000Z")
        #expect(RotatedName.next(after: last, wallMicroseconds: 0) == "20261124T131502.123457Z")
        #expect(RotatedName.next(after: last, wallMicroseconds: 1_795_526_102_123_456) == "20261124T131502.123457Z")
        #expect(RotatedName.next(after: last, wallMicroseconds: 1_795_526_102_123_457) == "20261124T131502.123457Z")
        #expect(RotatedName.next(after: "20261124T131959.999999Z", wallMicroseconds: 0) == "20261124T131960.000000Z")
        #expect(RotatedName.next(after: "20261124T999999.999999Z", wallMicroseconds: 0) == "20261125T000000.000000Z")
    }

    @Test func onlyNamesOfRotationsAreRotatedFiles() throws {
        try make(
            "current", "current.idx", "lock", "20261124T131502.123456Z.log", "20261124T131502.123456Z.idx",
            "20251124T131502.123456Z.log", "copyZ.log", "20261124T131502.12345xZ.log", "20261124T131502.1234567Z.log",
            "20261124T131502.123456Z.log.gz")
        #expect(try RotatedName.list(folder) == ["20251124T131502.123456Z", "20261124T131502.123456Z"])
    }

    @Test func currentAndItsIndexGetTheNameTogether() throws {
        try make("current", "current.idx")
        try Rotation.giveName("20261124T131502.123456Z", in: folder)
        #expect(names == ["20261124T131502.123456Z.idx", "20261124T131502.123456Z.log"])
    }

    @Test func aMissingIndexKeepsNoFileFromBeingRotated() throws {
        try make("current")
        try Rotation.giveName("20261124T131502.123456Z", in: folder)
        #expect(names == ["20261124T131502.123456Z.log"])
    }

    @Test func aRotationThatWasKilledBetweenTheTwoNamesIsFinished() throws {
        try make(
            "20261123T000000.000000Z.log", "20261123T000000.000000Z.idx", "20261124T131502.123456Z.log", "current.idx")
        try Rotation.tidy(folder)
        #expect(!Files.exists(folder + "/current.idx"))
        #expect(try Files.readText(folder + "/20261124T131502.123456Z.idx") == "current.idx")
        try Rotation.tidy(folder)
        #expect(names.count == 4)
    }

    @Test func anIndexWithoutAFileToBelongToIsRemoved() throws {
        try make("20261124T131502.123456Z.log", "20261124T131502.123456Z.idx", "current.idx")
        try Rotation.tidy(folder)
        #expect(names == ["20261124T131502.123456Z.idx", "20261124T131502.123456Z.log"])
        try make("current", "current.idx")
        try Rotation.tidy(folder)
        #expect(names.suffix(2) == ["current", "current.idx"])
    }

    @Test func theNewestAreKeptAndNothingElseIsTouched() throws {
        try make(
            "20261121T000000.000000Z.log", "20261121T000000.000000Z.idx", "20261122T000000.000000Z.log",
            "20261123T000000.000000Z.log", "20261123T000000.000000Z.idx", "20261120T000000.000000Z.idx", "current",
            "current.idx", "lock", "notesZ.log", "notesZ.idx", "archive.log")
        try Rotation.prune(folder, LogRetention(keep: 2))
        #expect(
            names == [
                "20261122T000000.000000Z.log", "20261123T000000.000000Z.idx", "20261123T000000.000000Z.log",
                "archive.log", "current", "current.idx", "lock", "notesZ.idx", "notesZ.log",
            ])
        try Rotation.prune(folder, LogRetention(keep: 0))
        #expect(names == ["archive.log", "current", "current.idx", "lock", "notesZ.idx", "notesZ.log"])
    }

    @Test func oneThatCannotBeRemovedKeepsNoOther() throws {
        try make("20261122T000000.000000Z.log", "20261123T000000.000000Z.log")
        try Files.makeFolder(folder + "/20261121T000000.000000Z.log")
        #expect(throws: SystemError.self) { try Rotation.prune(folder, LogRetention(keep: 1)) }
        #expect(names == ["20261121T000000.000000Z.log", "20261123T000000.000000Z.log"])
        rmdir(folder + "/20261121T000000.000000Z.log")
    }
}
