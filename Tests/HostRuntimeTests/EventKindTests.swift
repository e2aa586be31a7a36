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

    /// An entry of the catalog: its id, its headers in their order, and its text.
    private struct Explanation {
        let id: String
        let headers: [(name: String, value: String)]
        let text: String
    }

    private static func catalog() throws -> [Explanation] {
        let text = try Files.readText(root + "/config/systemd/hostd.catalog")
        return "\n\(text)".components(after: "\n-- ").map { entry in
            let lines = entry.split(separator: "\n", omittingEmptySubsequences: false)
            let head = lines.dropFirst().prefix { !$0.isEmpty }
            let end = entry.firstRange(of: "\n-- ")?.lowerBound ?? entry.endIndex
            return Explanation(
                id: String(lines[0]),
                headers: head.map { line in
                    let name = line.prefix { $0 != ":" }
                    return (String(name), String(line.dropFirst(name.count + 2)))
                }, text: String(entry[..<end].split(separator: "\n").dropFirst(1 + head.count).joined(separator: "\n")))
        }
    }

    @Test func theCatalogExplainsEveryKindInTheOrderOfTheTable() throws {
        #expect(try Self.catalog().map(\.id) == EventKind.all.map(\.messageID), "one entry each, in that order")
    }

    @Test func theExplanationsAreOfOneMake() throws {
        let folder = "file:/usr/local/share/doc/hostd/"
        for (explanation, kind) in zip(try Self.catalog(), EventKind.all) {
            let headers = explanation.headers
            #expect(headers.map(\.name) == ["Subject", "Defined-By", "Support", "Documentation"], "\(kind.name)")
            #expect(
                headers.first?.value.isEmpty == false && headers.first?.value.hasSuffix(".") == false, "\(kind.name)")
            #expect(headers.dropFirst().prefix(2).map(\.value) == ["hostd", folder + "README.md"], "\(kind.name)")
            let page = headers.last?.value ?? ""
            #expect(page.hasPrefix(folder), "\(kind.name)")
            #expect(Files.exists("\(Self.root)/docs/\(page.dropFirst(folder.count))"), "\(kind.name): \(page)")
            #expect(explanation.text.hasPrefix("@HOSTD_REASON@\n"), "\(kind.name): the reason comes first")
            #expect(explanation.text.count > "@HOSTD_REASON@\n".count + 20, "\(kind.name): then what it means")
            // The other fields are there for some kinds only: what is not filled in would be shown as it stands.
            let whose = kind.name.hasPrefix("service.") ? "SERVICE" : kind.name.hasPrefix("job.") ? "JOB" : ""
            let all = headers.map(\.value).joined() + explanation.text
            let known = ["REASON", whose, whose.isEmpty ? "" : "INSTANCE"]
            let strange = all.components(after: "@HOSTD_").map { String($0.prefix { $0 != "@" }) }
                .filter { !known.contains($0) }
            #expect(strange.filter { !$0.contains { !$0.isUppercase } }.isEmpty, "\(kind.name): \(strange)")
        }
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
