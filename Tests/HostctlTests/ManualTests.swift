// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// docs/hostctl: a page for each verb, made from the table that hostctl goes by.
@Suite struct ManualTests {
    private static let docs = #filePath.replacing("/Tests/HostctlTests/ManualTests.swift", with: "/docs")

    private static func verbs() throws -> [String] {
        let table = try JSON(parsing: Array(try Hostctl.run(["help", "--json"]).out.utf8))
        return try #require(table["verbs"]?.elements).compactMap { $0["name"]?.text }
    }

    @Test func everyVerbHasAPageThatSaysWhatHostctlSays() throws {
        let verbs = try Self.verbs()
        #expect(try Set(Files.list(Self.docs + "/hostctl")) == Set(verbs.map { $0 + ".md" }))
        for verb in verbs {
            let page = (try? Files.readText("\(Self.docs)/hostctl/\(verb).md")) ?? ""
            #expect(
                try Hostctl.run(["help", verb, "--markdown"]).out == page,
                "docs/hostctl/\(verb).md is not what the table says (make docs writes it)")
        }
    }

    @Test func theOverviewLeadsToEveryPage() throws {
        let overview = try Files.readText(Self.docs + "/hostctl.md")
        for verb in try Self.verbs() { #expect(overview.contains("(hostctl/\(verb).md)"), "\(verb)") }
    }

    @Test func everyTopicIsToldAndFound() throws {
        let overview = try Hostctl.run(["help"]).out
        for topic in ["names", "times", "exit-codes", "places", "output"] {
            let page = try Hostctl.run(["help", topic])
            #expect(page.code == 0 && page.out.hasPrefix(topic + ": "))
            #expect(page.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
            #expect(overview.contains("\n  \(topic) "))
            let json = try JSON(parsing: Array(try Hostctl.run(["help", topic, "--json"]).out.utf8))
            #expect(json["name"]?.text == topic)
        }
    }
}
