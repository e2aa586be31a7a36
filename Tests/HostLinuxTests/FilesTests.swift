// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

struct FilesTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/file" }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func aFileIsReadWholeUpToTheLimit() throws {
        let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
        try Files.replace(path, with: bytes)
        #expect(try Files.read(path) == bytes)
        #expect(try Files.read(path, limit: 50_000) == bytes)
        let error = #expect(throws: SystemError.self) { try Files.read(path, limit: 49_999) }
        #expect(error?.description == "cannot read \(path): File too large")
    }

    @Test func everyErrorNamesTheFile() throws {
        let missing = #expect(throws: SystemError.self) { try Files.read(path) }
        #expect(missing?.description == "cannot open \(path): No such file or directory")
        let isFolder = #expect(throws: SystemError.self) { try Files.read(folder.path) }
        #expect(isFolder?.description == "cannot read \(folder.path): Is a directory")
        let full = #expect(throws: SystemError.self) { try Files.write("x", to: "/dev/full") }
        #expect(full?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func aFIFOInThePlaceOfAFileHoldsNobodyUp() throws {
        mkfifo(path, 0o600)
        #expect(try Files.read(path) == [])
    }

    @Test func textIsReadAlsoWhereItIsNoUTF8() throws {
        try Files.replace(path, with: [0x61, 0xFF, 0x62])
        #expect(try Files.readText(path) == "a\u{FFFD}b")
    }

    @Test func aFileIsReplacedWithItsModeAndNothingElseIsLeft() throws {
        try Files.replace(path, with: [1], mode: 0o640)
        try Files.replace(path, with: [2, 3], mode: 0o600, sync: true)
        var info = stat()
        #expect(stat(path, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o600)
        #expect(try Files.read(path) == [2, 3])
        #expect(try Files.list(folder.path) == ["file"])
    }

    @Test func aReplacementThatFailsLeavesTheOldFileAndNothingElse() throws {
        try Files.makeFolder(path)
        let error = #expect(throws: SystemError.self) { try Files.replace(path, with: [1]) }
        #expect(error?.description == "cannot rename \(path): Is a directory")
        #expect(try Files.list(folder.path) == ["file"])
        #expect(throws: SystemError.self) { try Files.replace(folder.path + "/no/file", with: [1]) }
    }

    @Test func aLinkInThePlaceOfTheTemporaryFileIsNotFollowed() throws {
        let victim = folder.path + "/victim"
        try Files.replace(victim, with: [9])
        symlink(victim, path + ".new")
        #expect(throws: SystemError.self) { try Files.replace(path, with: [1]) }
        #expect(try Files.read(victim) == [9])
    }

    @Test func aReaderSeesTheOldContentOrTheNew() throws {
        let path = self.path
        try Files.replace(path, with: [UInt8](repeating: 0, count: 10_000))
        let isOver = Gate()
        inBackground {
            for round in 1...200 {
                try? Files.replace(path, with: [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 10_000))
            }
            isOver.open()
        }
        var seen: Set<UInt8> = []
        while !isOver.isOpenNow {
            let bytes = try Files.read(path)
            #expect(bytes.count == 10_000)
            #expect(Set(bytes).count == 1)
            seen.formUnion(bytes.prefix(1))
        }
        #expect(try Files.read(path).first == 200)
    }

    @Test func aFolderIsMadeWithItsParents() throws {
        let deep = folder.path + "/a/b/c"
        try Files.makeFolder(deep, mode: 0o750)
        try Files.makeFolder(deep)
        var info = stat()
        #expect(stat(deep, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o750)
    }

    @Test func aFileInThePlaceOfAFolderIsAnError() throws {
        try Files.replace(path, with: [])
        let error = #expect(throws: SystemError.self) { try Files.makeFolder(path) }
        #expect(error?.code == EEXIST)
        let below = #expect(throws: SystemError.self) { try Files.makeFolder(path + "/below") }
        #expect(below?.code == ENOTDIR)
    }

    @Test func namesAreListedInOrder() throws {
        for name in ["b", "a", ".hidden", "ä"] { try Files.replace(folder.path + "/" + name, with: []) }
        #expect(try Files.list(folder.path) == [".hidden", "a", "b", "ä"])
        #expect(throws: SystemError.self) { try Files.list(folder.path + "/missing") }
        try Files.removeFlatFolder(folder.path)
        #expect(!Files.exists(folder.path))
    }

    @Test func aLockIsHeldByOneOpenFile() throws {
        let first = try Descriptor(opening: path, O_RDWR | O_CREAT)
        let second = try Descriptor(opening: path, O_RDWR)
        #expect(try first.tryLock())
        #expect(try first.tryLock(), "again is fine")
        #expect(try !second.tryLock())
        _ = consume first
        #expect(try second.tryLock(), "it goes with its descriptor")
    }
}
