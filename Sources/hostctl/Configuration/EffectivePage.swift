// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostWire

/// The effective configuration as text and as JSON.
enum EffectivePage {
    /// A comment does not stand further to the right than this.
    private static let commentColumnLimit = 60

    /// The tables as TOML; a comment says where each value comes from.
    static func lines(_ tables: [EffectiveTable], _ style: Style) -> [String] {
        var lines: [String] = []
        for (index, table) in tables.enumerated() {
            if index > 0 { lines.append("") }
            let bracket = table.service?.instanceNumber == nil ? table.name : "service.\"\(table.service?.text ?? "")\""
            lines.append(style.paint("[\(bracket)]", .strong))
            let entries = table.keys.map { key in
                (text: key.value.map { "\(key.name) = \($0)" } ?? "# \(key.name)", key: key)
            }
            let widths = entries.map { TextWidth.of($0.text) }.filter { $0 <= commentColumnLimit }
            let column = (widths.max() ?? 0) + 2
            for entry in entries {
                let gap = String(repeating: " ", count: max(2, column - TextWidth.of(entry.text)))
                lines.append(entry.text + gap + style.paint("# " + source(of: entry.key), .faint))
            }
        }
        return lines
    }

    private static func source(of key: EffectiveKey) -> String {
        switch key.source {
        case .file(let location): "\(location.file):\(location.line)"
        case .preset(let name, let location) where location.file == "preset:" + name: "preset \(name)"
        case .preset(let name, let location): "preset \(name), \(location.file):\(location.line)"
        case .standard: key.value == nil ? "default: none" : "default"
        }
    }

    /// The same for programs, with all instances.
    static func json(_ tables: [EffectiveTable]) -> JSON {
        ["tables": .array(tables.map { ["table": .string($0.name), "keys": .array($0.keys.map(json))] })]
    }

    private static func json(_ key: EffectiveKey) -> JSON {
        let (source, preset, location): (String, String?, ValueSource.Location?) =
            switch key.source {
            case .file(let location): ("file", nil, location)
            case .preset(let name, let location): ("preset", name, location)
            case .standard: ("default", nil, nil)
            }
        return [
            "key": .string(key.name), "value": key.value.map { .string($0) } ?? .null, "source": .string(source),
            "preset": preset.map { .string($0) } ?? .null, "file": location.map { .string($0.file) } ?? .null,
            "line": location.map { JSON($0.line) } ?? .null,
        ]
    }
}
