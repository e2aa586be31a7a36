// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import Testing

@testable import HostRuntime

/// The table of event kinds, which programs rely on.
struct EventKindTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The rows of docs/journal.md: name, id, priority, meaning.
    private static func documented() throws -> [[String]] {
        try Files.readText(root + "/docs/journal.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.filter { $0 != "`" }.drop { $0 == " " } }
            guard cells.count == 4, cells[1].prefix(while: \.isHexDigit).count == 32 else { return nil }
            return cells.map { String($0.reversed().drop { $0 == " " }.reversed()) }
        }
    }

    @Test func everyKindHasAnIdOfItsOwn() {
        #expect(Set(EventKind.all.map(\.name)).count == EventKind.all.count)
        #expect(Set(EventKind.all.map(\.messageID)).count == EventKind.all.count)
        let odd = EventKind.all.filter { kind in
            kind.messageID.utf8.count != 32
                || !kind.messageID.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        }
        #expect(odd.map(\.name).isEmpty)
    }

    @Test func theIdsAreThoseOfTheDocumentation() throws {
        let rows = EventKind.all.map {
            [$0.name, $0.messageID, "\($0.priority.rawValue) \($0.priority)", $0.meaning]
        }
        #expect(try Self.documented() == rows, "docs/journal.md lists every kind; an id that was released stays")
    }

    @Test func everyReportOfAServiceHasARow() {
        let missing = ServiceReport.Kind.allCases.filter { EventKind.named("service.\($0.rawValue)") == nil }
        #expect(missing.isEmpty)
    }

    @Test func alertsKnowEveryKind() {
        let families = [
            "service": AlertNames.serviceEvents, "host": AlertNames.hostEvents, "job": AlertNames.jobEvents,
            "policy": AlertNames.policyEvents,
        ]
        let known = families.flatMap { family, words in words.map { "\(family).\($0)" } }
        #expect(Set(EventKind.all.map(\.name)).symmetricDifference(known).isEmpty, "AlertNames lists them")
    }

    @Test func everyKindThatIsReportedHasARow() throws {
        var missing: [String] = []
        for path in try Self.sources(in: Self.root + "/Sources/HostRuntime") {
            let text = try Files.readText(path)
            for (mark, prefix) in [
                ("add(host: \"", "host."), ("history.add(\"", ""), ("host: \"", "host."),
                ("add(policy: \"", "policy."),
            ] {
                for part in text.components(after: mark) {
                    let kind = prefix + part.prefix { $0 != "\"" }
                    if EventKind.named(kind) == nil { missing.append("\(path): \(kind)") }
                }
            }
        }
        #expect(missing.isEmpty)
    }

    /// The Swift files below a folder.
    private static func sources(in folder: String) throws -> [String] {
        try Files.list(folder).flatMap { name -> [String] in
            let path = folder + "/" + name
            if name.hasSuffix(".swift") { return [path] }
            return name.contains(".") ? [] : try sources(in: path)
        }
    }

    @Test func theCatalogExplainsEveryKindThatNeedsAPerson() throws {
        let catalog = try Files.readText(Self.root + "/config/systemd/hostd.catalog")
        let explained = catalog.components(after: "-- ").map { String($0.prefix { $0 != "\n" }) }
        let ids = Set(EventKind.all.map(\.messageID))
        #expect(explained.filter { !ids.contains($0) }.isEmpty, "an id that no event has")
        let urgent = EventKind.all.filter { $0.priority.rawValue <= Journal.Priority.warning.rawValue }
        #expect(urgent.filter { !explained.contains($0.messageID) }.map(\.name).isEmpty)
    }
}

extension String {
    /// What follows each occurrence of `mark`.
    fileprivate func components(after mark: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let found = rest.firstRange(of: mark) {
            rest = rest[found.upperBound...]
            parts.append(rest)
        }
        return parts
    }
}
