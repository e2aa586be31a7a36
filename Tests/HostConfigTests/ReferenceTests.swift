// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import TestKit
import Testing

/// docs/configuration.md says what the declarations say.
struct ReferenceTests {
    private static let page = #filePath.replacing(
        "/Tests/HostConfigTests/ReferenceTests.swift", with: "/docs/configuration.md")

    @Test func theReferenceIsFresh() throws {
        let text = try Files.readText(Self.page)
        let mark = try #require(text.firstRange(of: ReferencePage.mark), "the mark of the reference is gone")
        #expect(text[mark.upperBound...] == ReferencePage.text + "\n", "make docs writes it anew")
    }

    @Test func theReferenceOfPresetsForJobsIsFresh() throws {
        let text = try Files.readText(Self.page.replacing("configuration.md", with: "agents.md"))
        let mark = try #require(text.firstRange(of: AgentReferencePage.mark), "the mark of the reference is gone")
        #expect(text[mark.upperBound...] == AgentReferencePage.text + "\n", "make docs writes it anew")
    }

    @Test func theExamplesAreRightAndNameEveryKeyOfServicesAndKinds() throws {
        _ = try configuration([("examples.toml", ReferenceExamples.file)])
        let probes = ["startup", "live", "ready"].map { "service.NAME.\($0)." }
        let named = ["service.NAME.", "kind.NAME."]
        for key in ConfigurationReference.keys where named.contains(where: { key.path.hasPrefix($0) }) {
            if probes.contains(where: { key.path.hasPrefix($0) }) { continue }
            let name = key.path.split(separator: ".").last ?? ""
            #expect(
                ReferenceExamples.file.contains("\n\(name) = ") || ReferenceExamples.file.contains(" \(name) = "),
                "\(key.path)")
        }
    }

    @Test func everyKeyHasASentence() {
        for key in ConfigurationReference.keys + AgentReferencePage.keys {
            #expect(key.summary.count > 10 && key.summary.hasSuffix("."), "\(key.path)")
            #expect(!key.summary.contains("|"), "it stands in a table: \(key.path)")
        }
    }

    @Test func noKeyIsDeclaredTwice() {
        let paths = ConfigurationReference.keys.map(\.path)
        #expect(paths.count == Set(paths).count)
    }
}
