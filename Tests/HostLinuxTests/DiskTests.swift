// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// Looking at file systems, making room on them.
struct DiskTests {
    @Test func theFiguresAreThoseOfDf() throws {
        let folder = try TemporaryFolder()
        let system = try FileSystem(at: folder.path)
        #expect(system.capacityBytes > 0 && system.availableBytes <= system.capacityBytes)
        #expect(!system.isReadOnly)
        #expect(system.device == (try FileStatus(at: folder.path).device))
        #expect(try FileSystem(at: "/proc").capacityBytes == 0)
    }

    @Test func aWriteProbeLeavesNothing() throws {
        let folder = try TemporaryFolder()
        try FileSystem.probeWriting(in: folder.path)
        try FileSystem.probeWriting(inOwn: folder.path)
        #expect(try Files.list(folder.path).isEmpty)
        #expect(throws: SystemError.self) { try FileSystem.probeWriting(in: "/proc") }
    }

    @Test func ballastTakesWhatItSaysAndIsGoneAtOnce() throws {
        let folder = try TemporaryFolder()
        let ballast = Ballast(path: folder.path + "/ballast")
        #expect(ballast.bytes == 0)
        try ballast.make(bytes: 4 << 20)
        #expect(ballast.bytes >= 4 << 20)
        #expect(try Files.list(folder.path) == ["ballast"])
        // Whoever has it open does not keep the room.
        let open = try Descriptor(opening: ballast.path, O_RDONLY)
        #expect(try ballast.giveBack() >= 4 << 20)
        #expect(try FileStatus(of: open.raw).size == 0)
        #expect(try ballast.giveBack() == 0)
    }

    @Test(.enabled(if: getuid() == 0, "mounting needs root"))
    func whereRoomCannotBeReservedThereIsNoBallast() throws {
        let folder = try TemporaryFolder()
        let place = folder.path + "/ramfs"
        try Files.makeFolder(place)
        // It knows no fallocate(2).
        try check("mount", place) { mount("ramfs", place, "ramfs", 0, "mode=0755") }
        defer { umount2(place, Int32(MNT_DETACH)) }
        #expect(try FileSystem(at: place).type == "ramfs")
        do throws(SystemError) {
            try Ballast(path: place + "/ballast").make(bytes: 1 << 20)
            Issue.record("zeros are no reserve")
        } catch {
            #expect(error.isUnsupported, "\(error)")
        }
        #expect(try Files.list(place).isEmpty)
    }

    @Test func ballastThatDoesNotFitLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let ballast = Ballast(path: folder.path + "/ballast")
        #expect(throws: SystemError.self) { try ballast.make(bytes: 1 << 50) }
        #expect(try Files.list(folder.path).isEmpty)
    }

    @Test func aFileThatWasRemovedAndIsOpenIsFound() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/gone"
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT)
        try file.write(all: [UInt8](repeating: 1, count: 1 << 20))
        let device = try FileStatus(of: file.raw).device
        try Files.remove(path)
        let found = RemovedFile.all(on: [device], limit: 1000).first { $0.path == path }
        #expect(found?.pid == getpid())
        #expect((found?.bytes ?? 0) >= 1 << 20)
    }

    @Test func aFolderIsAsLargeAsItsFiles() throws {
        let folder = try TemporaryFolder()
        try Files.makeFolder(folder.path + "/a/b")
        for name in ["a/x", "a/b/y"] {
            try Files.replace("\(folder.path)/\(name)", with: [UInt8](repeating: 1, count: 100_000))
        }
        symlink("/usr", folder.path + "/a/link")
        let size = FolderSize(of: folder.path)
        #expect(size.files == 2 && size.bytes >= 200_000 && size.bytes < 1 << 20 && !size.isCut)
        #expect(FolderSize(of: folder.path, limit: 2).isCut)
    }

    /// Old files `x1` … `x4` of a megabyte, a young one, one of another name and a link.
    private func cache() throws -> (folder: TemporaryFolder, device: UInt64) {
        let folder = try TemporaryFolder()
        try Files.makeFolder(folder.path + "/xdir/deep")
        for (index, name) in ["x1", "x2", "xdir/x3", "xdir/deep/x4", "xyoung", "other"].enumerated() {
            let path = "\(folder.path)/\(name)"
            try Files.replace(path, with: [UInt8](repeating: 1, count: 1 << 20))
            let time = timespec(tv_sec: name == "xyoung" ? time(nil) : 1_000_000 + index, tv_nsec: 0)
            utimensat(AT_FDCWD, path, [time, time], 0)
        }
        try Files.makeFolder(folder.path + "/elsewhere")
        try Files.replace(folder.path + "/elsewhere/precious", with: "x".utf8)
        symlink(folder.path + "/elsewhere", folder.path + "/xlink")
        return (folder, try FileStatus(at: folder.path).device)
    }

    private func left(_ folder: TemporaryFolder) throws -> [String] {
        try FileTree.entries(of: folder.path).filter { $0.kind == .file }.map(\.path).sorted()
    }

    @Test func oldFilesGoTheOldestFirstUntilThereIsEnough() throws {
        let (folder, device) = try cache()
        let outcome = OldFiles.remove(
            in: folder.path, matching: "x*", before: 2_000_000, wanted: 1 << 20, on: device)
        #expect(outcome.removed == 1 && outcome.freedBytes >= 1 << 20 && outcome.error == nil)
        #expect(try !left(folder).contains("x1"))
    }

    @Test func whatIsYoungIsCalledOtherwiseOrBehindALinkStays() throws {
        let (folder, device) = try cache()
        let outcome = OldFiles.remove(in: folder.path, matching: "x*", before: 2_000_000, wanted: .max, on: device)
        #expect(outcome.removed == 4)
        #expect(try left(folder) == ["elsewhere/precious", "other", "xyoung"])
    }

    @Test func anotherFileSystemIsLeftAlone() throws {
        let (folder, device) = try cache()
        let outcome = OldFiles.remove(in: folder.path, matching: "x*", before: 2_000_000, wanted: .max, on: device + 1)
        #expect(outcome.removed == 0 && outcome.error == nil)
        #expect(try left(folder).count == 7)
    }
}
