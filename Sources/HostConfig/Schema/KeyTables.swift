// SPDX-License-Identifier: Apache-2.0

/// A reference as Markdown: one table of keys for each table of the file.
struct KeyTables {
    let keys: [KeyDescription]
    /// The tables of which a file may have several, `[[line]]`: their keys have no default.
    let repeated: [String]

    var text: String {
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
    }

    private func table(_ name: String, _ keys: [KeyDescription]) -> String {
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
