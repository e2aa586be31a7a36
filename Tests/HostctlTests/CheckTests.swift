// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

@Suite struct CheckTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func aRightConfigurationNamesItsServices() throws {
        try write("hostd.toml", "[service.gateway]\ncommand = [\"node\"]\n")
        let result = try Hostctl.run(["check", "--dir", folder.path])
        #expect(result.out == "\(folder.path)/hostd.toml: all right (gateway)\n")
        #expect(result.err.isEmpty)
        #expect(result.code == 0)
    }

    @Test func theFilesOfConfDAreReadSortedByName() throws {
        try write("hostd.toml", "[service.gateway]\ncommand = [\"node\"]\n")
        try write("conf.d/20-last.toml", "[service.gateway]\nautostart = 3\n")
        try write("conf.d/10-first.toml", "[service.agent]\ncommand = [\"agent\"]\n")
        try write("conf.d/.hidden.toml", "nonsense")
        try write("conf.d/readme.txt", "nonsense")
        let wrong = try Hostctl.run(["check", "--dir", folder.path + "/"])
        #expect(wrong.out.hasPrefix("\(folder.path)/conf.d/20-last.toml:2:13: "), "\(wrong.out)")
        #expect(wrong.out.split(separator: "\n").count == 1)
        #expect(wrong.code == ExitCode.badFile.rawValue)

        try write("conf.d/20-last.toml", "[service.gateway]\nautostart = false\n")
        let right = try Hostctl.run(["check", "--config", folder.path + "/hostd.toml", "--json"])
        let json = try JSON(parsing: Array(right.out.utf8))
        let names = ["hostd.toml", "conf.d/10-first.toml", "conf.d/20-last.toml"]
        #expect(json["ok"] == .bool(true))
        #expect(json["files"] == .array(names.map { .string("\(folder.path)/\($0)") }))
        #expect(json["services"] == ["agent", "gateway"])
        #expect(right.code == 0)
    }

    @Test func everyErrorHasItsPlaceAndWhatWouldBeRight() throws {
        try write("hostd.toml", "[service.gateway]\ncommnd = [\"node\"]\nautostart = 3\n")
        try write("other.toml", "[hst]\n[service.agent\n")
        let files = ["hostd.toml", "other.toml"].map { "\(folder.path)/\($0)" }
        let result = try Hostctl.run(["check"] + files)
        let lines = result.out.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasPrefix("\(files[0]):2:1: ") == true, "\(lines)")
        #expect(lines.first?.contains("command") == true)
        #expect(lines.contains { $0.hasPrefix("\(files[0]):3:13: ") })
        #expect(lines.contains { $0.hasPrefix("\(files[1]):2:") })
        #expect(result.err.isEmpty)
        #expect(result.code == ExitCode.badFile.rawValue)

        let json = try JSON(parsing: Array(try Hostctl.run(["check", "--json"] + files).out.utf8))
        #expect(json["ok"] == .bool(false))
        let errors = try #require(json["errors"]?.elements)
        #expect(errors.count == lines.count)
        #expect(errors.first?["file"] == .string(files[0]))
        #expect(errors.first?["line"] == 2 && errors.first?["column"] == 1)
    }

    @Test func aFileThatIsNotThereIsWrong() throws {
        let result = try Hostctl.run(["check", "--dir", folder.path])
        #expect(result.err == "hostctl: cannot read \(folder.path)/hostd.toml: No such file or directory\n")
        #expect(result.code == ExitCode.badFile.rawValue)
    }

    @Test func aFolderInsteadOfAFileGetsAHint() throws {
        let result = try Hostctl.run(["check", folder.path])
        #expect(result.err.contains("Is a directory (hostctl check --dir \(folder.path) reads"))
        #expect(result.code == ExitCode.badFile.rawValue)
    }

    @Test func aFileThatIsTooLongIsWrongAndNotReadWhole() throws {
        try Files.replace(folder.path + "/long.toml", with: [UInt8](repeating: UInt8(ascii: "#"), count: 3 << 20))
        let result = try Hostctl.run(["check", folder.path + "/long.toml"])
        #expect(result.out.hasPrefix("\(folder.path)/long.toml:"))
        #expect(result.code == ExitCode.badFile.rawValue)
    }

    private func write(_ name: String, _ text: String) throws {
        let path = "\(folder.path)/\(name)"
        try Files.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try Files.replace(path, with: text.utf8)
    }
}
