// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

@testable import HostInstall

@Suite struct NativeModulesTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let release = folder.path + "/node_modules/a/build/Release"
        try Files.makeFolder(release, mode: 0o755)
        try Files.replace(release + "/old.node", with: "ELF node_register_module_v127".utf8, mode: 0o644)
        try Files.replace(release + "/new.node", with: "ELF \0napi_register_module_v1\0".utf8, mode: 0o644)
        try Files.replace(release + "/read.me", with: "x".utf8)
        try check("symlink") { symlink("/usr", folder.path + "/node_modules/out") }
    }

    @Test func modulesAreFoundAndToldFromThoseOfNodeAPI() throws {
        let found = try NativeModules.find(below: folder.path, rights: nil)
        #expect(found.map { $0.path.split(separator: "/").last } == ["new.node", "old.node"])
        #expect(found.map(\.isStable) == [true, false])
    }

    @Test(.enabled(if: getuid() == 0, "changing user needs root"))
    func aUsersFoldersAreWalkedWithThatUsersRights() throws {
        try Files.setMode(folder.path, 0o711)
        #expect(try NativeModules.find(below: folder.path + "/node_modules", rights: .nobody).count == 2)
        try Files.setMode(folder.path + "/node_modules/a", 0o700)
        #expect(try NativeModules.find(below: folder.path + "/node_modules", rights: .nobody).isEmpty)
    }
}
