// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// One text file of the repository.
struct SourceFile: Sendable, CustomTestStringConvertible {
    /// From the root: `Sources/HostCore/Names.swift`.
    let path: String
    let lines: [String]
    /// The same lines of a Swift file without comments and the content of strings.
    let code: [String]

    /// The target: the folder below Sources or Tests.
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var isSwift: Bool { path.hasSuffix(".swift") }
    var isC: Bool { [".c", ".h", ".cpp"].contains { path.hasSuffix($0) } }
    var isInSources: Bool { path.hasPrefix("Sources/") }
    var testDescription: String { path }

    /// The places of lines of code that `matches`.
    func places(where matches: (Substring) -> Bool) -> [String] {
        code.enumerated().filter { matches($0.element[...]) }.map { "\(path):\($0.offset + 1)" }
    }
}

/// The files of the repository that this test was built from.
enum Repository {
    static let root: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Swift and C below Sources and Tests, and the manifest.
    static let files: [SourceFile] = {
        (list("Sources") + list("Tests") + ["Package.swift"]).filter(isSource).sorted().map { path in
            let text = (try? Files.readText(root + "/" + path)) ?? ""
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            return SourceFile(
                path: path, lines: lines, code: path.hasSuffix(".swift") ? SwiftCode.lines(of: text) : lines)
        }
    }()

    static let sources = files.filter { $0.isInSources && $0.isSwift }
    static let tests = files.filter { $0.path.hasPrefix("Tests/") && $0.isSwift }

    /// The paths that git tracks; nil where this is no git repository.
    static let tracked: [String]? = {
        guard let text = try? output("git", ["-C", root, "ls-files", "-z"]) else { return nil }
        return text.split(separator: "\0").map(String.init)
    }()

    /// What a program of PATH prints; fails unless it exits 0.
    static func output(_ program: String, _ arguments: [String]) throws -> String {
        let variables = ["PATH", "HOME"].compactMap { (name: String) in
            getenv(name).map { "\(name)=" + String(cString: $0) }
        }
        let folder = try TemporaryFolder()
        let path = folder.path + "/output"
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT)
        let process = try Processes.spawn(
            "/usr/bin/env", [program] + arguments, environment: variables, output: file.raw)
        var status: Int32 = 0
        try waitUntil("\(program) to end", seconds: 300) { waitpid(process.pid, &status, WNOHANG) == process.pid }
        let text = try Files.readText(path, limit: 16 << 20)
        guard status == 0 else { throw Failure(status: status, output: text) }
        return text
    }

    struct Failure: Error {
        let status: Int32
        let output: String
    }

    private static func isSource(_ path: String) -> Bool {
        [".swift", ".c", ".h", ".cpp"].contains { path.hasSuffix($0) }
    }

    private static func list(_ folder: String) -> [String] {
        ((try? Files.list(root + "/" + folder)) ?? []).flatMap { name -> [String] in
            let path = folder + "/" + name
            var info = stat()
            guard lstat(root + "/" + path, &info) == 0 else { return [] }
            return info.st_mode & S_IFMT == S_IFDIR ? list(path) : [path]
        }
    }
}
