// SPDX-License-Identifier: Apache-2.0

/// The reference of the keys of presets for jobs as Markdown, for docs/agents.md.
public enum AgentReferencePage {
    /// What stands above the reference in that file, so that everything below is made again.
    public static let mark =
        "<!-- Below here is what `hostd --reference-agents` prints: `make docs` writes it. -->\n"

    /// Every key, with its default as `value`.
    public static let keys: [KeyDescription] = AgentPresetSection.section.describe(
        "", AgentPresetSection.section.empty)

    /// One table of keys for each table of a preset.
    public static let text: String = {
        var tables: [(name: String, keys: [KeyDescription])] = [("", [])]
        for key in keys {
            let name = key.path.lastIndex(of: ".").map { String(key.path[..<$0]) } ?? ""
            if let index = tables.firstIndex(where: { $0.name == name }) {
                tables[index].keys.append(key)
            } else {
                tables.append((name, [key]))
            }
        }
        return tables.map(table).joined(separator: "\n\n")
    }()

    /// The tables of which a preset may have several.
    private static let repeated = ["line", "tokens", "failure"]

    private static func table(_ name: String, _ keys: [KeyDescription]) -> String {
        let heading = name.isEmpty ? "## At the top" : repeated.contains(name) ? "## [[\(name)]]" : "## [\(name)]"
        let rows = keys.map { key in
            let value = key.range.map { key.type == "choice" ? $0 : "\(key.type), \($0)" } ?? key.type
            let last = key.path.split(separator: ".").last.map(String.init) ?? key.path
            let standard = repeated.contains(name) ? nil : key.value
            return "| `\(last)` | \(value) | \(standard.map { "`\($0)`" } ?? "none") | \(key.summary) |"
        }
        return ([heading, "", "| key | value | default | what it means |", "|---|---|---|---|"] + rows)
            .joined(separator: "\n")
    }
}
