// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// What watches over the memory of a keeper.
enum MemoryChecker: String, CaseIterable {
    /// The address and undefined-behaviour sanitizers.
    case sanitizers
    /// The same, in a keeper that has to look for children by a scan of /proc.
    case sanitizersWithoutChildrenFiles
    /// valgrind's memcheck.
    case valgrind

    /// Those that this machine has.
    static let available: [MemoryChecker] = builds.map { _ in allCases.filter { $0 != .valgrind || hasValgrind } } ?? []

    private static let hasValgrind = findProgram("valgrind") != nil

    /// The folder of the builds of tools/keeper-checked.sh; nil when there is no compiler for them.
    private static let builds: String? = {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let folder = Programs.folder + "/keeper-checked"
        try? Files.makeFolder(folder)
        let result = try? run("/bin/sh", [root + "/tools/keeper-checked.sh", folder], seconds: 300)
        return result?.code == 0 ? folder : nil
    }()

    /// The keeper to be run.
    var program: String {
        let folder = Self.builds ?? ""
        switch self {
        case .sanitizers: return folder + "/sanitized"
        case .sanitizersWithoutChildrenFiles: return folder + "/scanning"
        case .valgrind: return folder + "/dynamic"
        }
    }
}

/// One keeper under watch.
final class MemoryCheck {
    private let checker: MemoryChecker
    private let folder: TemporaryFolder

    init(_ checker: MemoryChecker) throws {
        self.checker = checker
        folder = try TemporaryFolder()
    }

    var program: String { checker.program }

    /// What stands before the program.
    var through: [String] {
        guard checker == .valgrind, let valgrind = findProgram("valgrind") else { return [] }
        return [
            valgrind, "--quiet", "--error-exitcode=99", "--child-silent-after-fork=yes", "--trace-children=no",
            "--log-file=\(folder.path)/log.%p",
        ]
    }

    var environment: [String] {
        let options = "log_path=\(folder.path)/log:print_stacktrace=1"
        return checker == .valgrind ? [] : ["ASAN_OPTIONS=detect_leaks=0:\(options)", "UBSAN_OPTIONS=\(options)"]
    }

    /// What was found. Not the sanitizer's word that it does not know the stack of a child before its exec.
    func complaints() throws -> [String] {
        try Files.list(folder.path).flatMap { try Files.readText("\(folder.path)/\($0)").split(separator: "\n") }
            .filter { $0.hasPrefix("==") && !$0.contains("WARNING: ") || $0.contains("runtime error: ") }.map(
                String.init)
    }
}
