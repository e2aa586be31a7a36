// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// What is done to the files that other programs write, on the Gateway's own as examples.
@Suite struct ForeignFilesTests {
    private let place: TemporaryFolder
    private let folder: String

    init() throws {
        place = try TemporaryFolder()
        folder = place.path
    }

    private var names: [String] { (try? Files.list(folder)) ?? [] }

    private func log(
        _ pattern: String, _ method: ForeignLogSpecification.Method, maxSize: UInt64? = nil, keep: Int? = nil,
        maxAge: Duration = .zero, reopen: ForeignLogSpecification.Reopen? = nil
    ) throws -> ForeignFiles {
        ForeignFiles(
            log: ForeignLogSpecification(
                name: try #require(ServiceName("own")), path: folder + "/" + pattern, method: method,
                maxSizeBytes: maxSize, keep: keep, maxAge: maxAge, reopen: reopen))
    }

    private func make(_ name: String, _ text: String, daysOld: Int = 0) throws {
        try Files.replace(folder + "/" + name, with: text.utf8, mode: 0o640)
        let file = try Descriptor(opening: folder + "/" + name, O_WRONLY)
        let time = timespec(tv_sec: time_t(Clock.wallMilliseconds / 1000 - Int64(daysOld) * 86400), tv_nsec: 0)
        #expect(futimens(file.raw, [time, time]) == 0)
    }

    private func text(_ name: String) throws -> String { try Files.readText(folder + "/" + name) }

    @Test func theGatewaysDailyFilesGoByAgeAndOthersAreLeftAlone() throws {
        for day in 1...9 { try make("openclaw-2026-11-0\(day).log", "{}\n", daysOld: 10 - day) }
        try make("openclaw-2026-11-01.txt", "mine", daysOld: 99)
        try make(".openclaw-hidden.log", "mine", daysOld: 99)
        try Files.makeFolder(folder + "/openclaw-folder.log")
        symlink(folder + "/openclaw-2026-11-01.txt", folder + "/openclaw-link.log")
        let outcome = try log("openclaw-*.log", .delete, maxAge: .seconds(3 * 86400)).look()
        #expect(outcome.errors.isEmpty && !outcome.mustReopen)
        #expect(
            names == [
                ".openclaw-hidden.log", "openclaw-2026-11-01.txt", "openclaw-2026-11-08.log", "openclaw-2026-11-09.log",
                "openclaw-folder.log", "openclaw-link.log",
            ])
        rmdir(folder + "/openclaw-folder.log")
    }

    @Test func anErrorLogIsRenamedAndItsProgramIsToReopenIt() throws {
        try make("gateway.err.log", "Error: one\n", daysOld: 30)
        try make("other.log", "Error: one of another\n")
        let files = try log("gateway.err.log", .rename, maxSize: 5, keep: 2, reopen: .exec(["true"]))
        let outcome = files.look(nowMicroseconds: 1_795_526_102_123_456)
        #expect(outcome.errors.isEmpty && outcome.mustReopen)
        #expect(names == ["gateway.err.log.20261124T131502.123456Z", "other.log"])
        #expect(try text("gateway.err.log.20261124T131502.123456Z") == "Error: one\n")
        #expect(!files.look(nowMicroseconds: 1_795_526_103_000_000).mustReopen, "nothing was written since")
    }

    @Test func copiesBeyondThoseThatAreKeptGoInTheSameLook() throws {
        try make("a.log.20261121T000000.000000Z", "oldest")
        try make("a.log.20261122T000000.000000Z", "older")
        try make("a.log", "long enough", daysOld: 30)
        let outcome = try log("*.log", .rename, maxSize: 5, keep: 2).look(nowMicroseconds: 1_795_526_102_123_456)
        #expect(outcome.errors.isEmpty && !outcome.mustReopen)
        #expect(names == ["a.log.20261122T000000.000000Z", "a.log.20261124T131502.123456Z"])
    }

    @Test func aProgramThatWritesOnUnderTheOldNameIsToldAgain() throws {
        try make("a.log.20261121T000000.000000Z", "still written")
        #expect(try log("a.log", .rename, maxSize: 99, keep: 2, reopen: .exec(["true"])).look().mustReopen)
        let outcome = try log("a.log", .rename, maxSize: 99, keep: 2).look()
        #expect(!outcome.mustReopen)
        #expect(outcome.errors.count == 1 && outcome.errors[0].contains("has not reopened it (give reopen"))
    }

    @Test func aFileOfWhichTheProgramDoesNotLetGoIsCopiedAndEmptied() throws {
        try make("provider-payload.jsonl", "{\"a\":1}\n")
        let writer = try Descriptor(opening: folder + "/provider-payload.jsonl", O_WRONLY | O_APPEND)
        let outcome = try log("provider-payload.jsonl", .truncate, maxSize: 5, keep: 2)
            .look(nowMicroseconds: 1_795_526_102_123_456)
        #expect(outcome.errors.isEmpty && !outcome.mustReopen)
        #expect(try text("provider-payload.jsonl.20261124T131502.123456Z") == "{\"a\":1}\n")
        #expect(try text("provider-payload.jsonl") == "")
        #expect(try FileStatus(at: folder + "/provider-payload.jsonl.20261124T131502.123456Z").rights == 0o640)
        try writer.write(all: "{\"b\":2}\n".utf8)
        #expect(try text("provider-payload.jsonl") == "{\"b\":2}\n")
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can fill a disk"))
    func aCopyThatHasNoRoomLeavesTheFileAsItWas() throws {
        let disk = try SmallDisk(pages: 32)
        let path = disk.path + "/payload.jsonl"
        let content = [UInt8](repeating: 10, count: 50_000)
        try Files.replace(path, with: content)
        try disk.fill()
        let files = ForeignFiles(
            log: ForeignLogSpecification(
                name: try #require(ServiceName("own")), path: path, method: .truncate, maxSizeBytes: 5, keep: 2))
        let outcome = files.look()
        #expect(outcome.errors.count == 1 && outcome.errors[0].contains("No space left on device"))
        #expect(try Files.list(disk.path) == ["filler", "payload.jsonl"])
        #expect(try Files.read(path) == content)
    }

    @Test func aFolderThatIsNotThereYetIsFine() throws {
        let missing = ForeignFiles(
            log: ForeignLogSpecification(
                name: try #require(ServiceName("own")), path: folder + "/missing/*.log", keep: 1))
        #expect(missing.look().errors.isEmpty)
    }

    @Test(arguments: [
        ("a.log.20261124T131502.123456Z", "a.log"), (".20261124T131502.123456Z", nil), ("a.log", nil),
        ("a.log.20261124T131502.12345Z", nil), ("20261124T131502.123456Z", nil), ("", nil),
        ("a.20261124T131502.123456Z.log", nil),
    ])
    func onlyAWholeTimeMakesACopy(_ name: String, _ base: String?) {
        #expect(ForeignFiles.rotation(of: name)?.base == base)
    }
}
