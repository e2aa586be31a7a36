// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The sandboxes and all unit properties as Markdown, for docs/units.md.
public enum UnitReferencePage {
    /// What stands above the reference in that file, so that everything below is made again.
    public static let mark = "<!-- Below here is what `hostd --reference-units` prints: `make docs` writes it. -->\n"

    /// What the sandboxes are made of, what may be given, and what may not.
    public static let text: String = ([sandboxes, accepted, refused].map { $0.joined(separator: "\n") })
        .joined(separator: "\n\n")

    private static let sandboxes: [String] = {
        let all: [(Sandbox, [UnitProperty])] = [Sandbox.basic, .strict].map {
            ($0, $0.properties(isUserManager: false))
        }
        let ofUser = Set(Sandbox.strict.properties(isUserManager: true).map(\.name))
        var names: [String] = []
        for name in all.flatMap(\.1).map(\.name) where !names.contains(name) { names.append(name) }
        let rows = names.map { name in
            let values = all.map { _, properties in properties.first { $0.name == name }.map(shown) ?? "" }
            return "| `\(name)` | \(values.joined(separator: " | ")) | \(ofUser.contains(name) ? "yes" : "") |"
        }
        return [
            "## The sandboxes", "", "| property | `basic` | `strict` | under a user's manager too |",
            "|---|---|---|---|",
        ]
            + rows
    }()

    private static let accepted: [String] = {
        let byHint = Dictionary(grouping: UnitTable.formats.sorted { $0.key < $1.key }) { entry in
            entry.value.hint + (entry.value.isList ? "; several lines as an array" : "")
        }
        let rows = byHint.map { hint, entries in
            (entries.map { "`\($0.key)`" }.joined(separator: ", "), hint)
        }
        return ["## What `unit` takes", "", "| property | value |", "|---|---|"]
            + rows.sorted { $0 < $1 }.map { "| \($0.0) | \($0.1) |" }
    }()

    private static let refused: [String] = {
        let byReason = Dictionary(grouping: OwnUnitProperties.complaints.sorted { $0.key < $1.key }, by: \.value)
        let rows = byReason.map { why, entries in (entries.map { "`\($0.key)`" }.joined(separator: ", "), why) }
        return ["## What `unit` does not take", "", "| property | why, and what instead |", "|---|---|"]
            + rows.sorted { $0 < $1 }.map { "| \($0.0) | \($0.1) |" }
            + ["| `Condition…`, `Assert…` | \(OwnUnitProperties.complaint(about: "Condition") ?? "") |"]
    }()

    /// As it would stand in a unit file.
    private static func shown(_ property: UnitProperty) -> String {
        let text =
            switch property.value {
            case .bool(let flag): flag ? "yes" : "no"
            case .uint64(let bits) where property.name == "CapabilityBoundingSet": capabilities(bits)
            case .uint64(0) where property.name == "RestrictNamespaces": "yes"
            case .int32(1) where property.name == "SystemCallErrorNumber": "EPERM"
            case .tuple(let members): members.dropFirst().flatMap(\.words).dropFirst().joined(separator: " ")
            case .array: property.value.words.dropFirst().joined(separator: " ")
            default: property.value.words.joined(separator: " ")
            }
        return "`\(text)`"
    }

    private static func capabilities(_ bits: UInt64) -> String {
        let has = Capability.names.filter { bits & Capability.set([$0]) != 0 }
        let lacks = Capability.names.filter { bits & Capability.set([$0]) == 0 }
        // The shorter list says the same.
        return bits >> 63 == 0 ? has.joined(separator: " ") : "~" + lacks.joined(separator: " ")
    }
}
