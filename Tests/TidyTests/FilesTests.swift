// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

/// What is in the repository, and how it is laid out.
struct FilesTests {
    @Test(.enabled(if: Repository.tracked != nil, "needs git")) func nothingThatIsMadeIsTracked() {
        let made = (Repository.tracked ?? []).filter { path in
            let parts = path.split(separator: "/")
            let folders = [".build", ".swiftpm", "node_modules", "DerivedData"]
            let endings = [".o", ".a", ".swiftmodule", ".pyc", ".orig", ".rej", ".log", ".sock", ".db", "~"]
            return parts.contains { folders.contains(String($0)) } || endings.contains { path.hasSuffix($0) }
                || ["config/demo/state/", "config/demo/run/", "config/demo/log/"].contains { path.hasPrefix($0) }
        }
        #expect(made.isEmpty)
    }

    @Test(.enabled(if: Repository.tracked != nil, "needs git")) func everyTrackedFileIsSmallText() {
        let odd = (Repository.tracked ?? []).filter { path in
            guard Files.exists(Repository.root + "/" + path) else { return false }
            guard let bytes = try? Files.read(Repository.root + "/" + path) else { return true }
            return bytes.contains(0)
        }
        #expect(odd.isEmpty, "programs and pictures of more than a MiB are not kept here")
    }

    @Test(.enabled(if: Repository.tracked != nil, "needs git")) func noFileNamesTheMachineItWasWrittenOn() {
        let folder = "/wo" + "rk/"
        let named = (Repository.tracked ?? []).filter { path in
            (try? Files.readText(Repository.root + "/" + path))?.contains(folder) ?? false
        }
        #expect(named.isEmpty)
    }

    @Test(.enabled(if: (try? Repository.output("swift", ["format", "--version"])) != nil, "needs swift format"))
    func theFormatterHasNothingToSay() {
        let paths = ["Sources", "Tests", "Package.swift"].map { Repository.root + "/" + $0 }
        do {
            _ = try Repository.output("swift", ["format", "lint", "--strict", "--recursive"] + paths)
        } catch {
            Issue.record("swift format lint --strict: \(error)")
        }
    }
}
