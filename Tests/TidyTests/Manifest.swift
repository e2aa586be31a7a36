// SPDX-License-Identifier: Apache-2.0

/// The targets of Package.swift with what they may import, read as text.
enum Manifest {
    struct Target: Equatable {
        /// `target`, `executableTarget`, `testTarget` or `systemLibrary`.
        let kind: String
        let name: String
        let dependencies: [String]
        /// Where it is when that is not its usual folder.
        let path: String?
    }

    static let targets: [Target] = {
        let lines = Repository.files.first { $0.path == "Package.swift" }?.lines ?? []
        let text = lines.filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
        return ["executableTarget", "testTarget", "systemLibrary", "target"].flatMap { kind in
            blocks(after: ".\(kind)(", in: text).compactMap { target(kind, $0) }
        }
    }()

    static func target(_ name: String) -> Target? { targets.first { $0.name == name } }

    /// What stands in the parentheses that `opening` opens, wherever it stands.
    private static func blocks(after opening: String, in text: String) -> [Substring] {
        var blocks: [Substring] = []
        var rest = text[...]
        while let found = rest.firstRange(of: opening) {
            var depth = 1
            let start = found.upperBound
            let end = text[start...].firstIndex { character in
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                return depth == 0
            }
            guard let end else { break }
            blocks.append(text[start..<end])
            rest = text[start...]
        }
        return blocks
    }

    private static func target(_ kind: String, _ block: Substring) -> Target? {
        guard let name = strings(after: "name:", upTo: ",", in: block).first else { return nil }
        return Target(
            kind: kind, name: name, dependencies: strings(after: "dependencies:", upTo: "]", in: block),
            path: strings(after: "path:", upTo: ",", in: block).first)
    }

    /// The string literals between two marks.
    private static func strings(after mark: String, upTo end: Character, in block: Substring) -> [String] {
        guard let found = block.firstRange(of: mark) else { return [] }
        let part = block[found.upperBound...].prefix { $0 != end }
        return part.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset.isMultiple(of: 2) == false }.map { String($0.element) }
    }
}
