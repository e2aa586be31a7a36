// SPDX-License-Identifier: Apache-2.0

/// The reference of all keys as Markdown, for docs/configuration.md.
public enum ReferencePage {
    /// What stands above the reference in that file, so that everything below is made again.
    public static let mark = "<!-- Below here is what `hostd --reference` prints: `make docs` writes it. -->\n"

    /// One table of keys for each table of the configuration, each with an example.
    public static let text: String = {
        var sections: [(path: String, keys: [KeyDescription])] = []
        for key in ConfigurationReference.keys {
            let path = key.path.lastIndex(of: ".").map { String(key.path[..<$0]) } ?? ""
            // Keys of a service that stand behind its sub-tables belong to it all the same.
            if let index = sections.firstIndex(where: { $0.path == path }) {
                sections[index].keys.append(key)
            } else {
                sections.append((path, [key]))
            }
        }
        return sections.map { section($0.path, $0.keys) }.joined(separator: "\n\n")
    }()

    private static func section(_ path: String, _ keys: [KeyDescription]) -> String {
        let example = ReferenceExamples.bySection[path]
        var lines = [example?.hasPrefix("[[") == true ? "## [[\(path)]]" : "## [\(path)]", ""]
        if let example { lines += ["```toml", example, "```", ""] }
        lines += ["| key | value | default | a change | what it means |", "|---|---|---|---|---|"]
        for key in keys {
            let name = key.path.split(separator: ".").last.map(String.init) ?? key.path
            let value = key.range.map { key.type == "choice" ? $0 : "\(key.type), \($0)" } ?? key.type
            lines.append(
                "| `\(name)` | \(value) | \(key.value.map { "`\($0)`" } ?? "none") | \(change(key, in: path)) "
                    + "| \(key.summary) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func change(_ key: KeyDescription, in path: String) -> String {
        switch key.change {
        case .inPlace: "at once"
        case .nextAttempt: "next attempt"
        case .restart: path.hasPrefix("service.") ? "restart" : "restart of hostd"
        case .none: "see text"
        }
    }
}
