// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<[UnitSetting]> {
    /// Unit properties by name, each written as it would stand in a unit file.
    static let unitProperties = ValueType(
        "table of unit properties", hint: hint,
        read: { node, checking in
            guard case .table(let entries) = node.value else {
                node.reportWrongType(hint, &checking)
                return nil
            }
            return entries.compactMap { entry in
                checking.inside(entry.key) { UnitSettingReader.read(entry, &$0) }
            }
        },
        show: { settings in
            guard !settings.isEmpty else { return "{}" }
            return "{ " + settings.map { "\($0.name) = \($0.written)" }.joined(separator: ", ") + " }"
        })

    private static let hint = "a table, like { PrivateTmp = \"yes\" }"
}

extension UnitSetting {
    /// The value as it would stand in hostd.toml.
    var written: String {
        let values = lines.map(tomlString)
        return values.count == 1 ? values.joined() : "[" + values.joined(separator: ", ") + "]"
    }
}

enum UnitSettingReader {
    private static let lineLimit = 256

    /// The setting of one key, or nil after reporting what is wrong with it.
    static func read(_ entry: TomlEntry, _ checking: inout Checking) -> UnitSetting? {
        guard let format = UnitTable.formats[entry.key] else {
            checking.report(complaint(about: entry.key), at: entry.keyPlace)
            return nil
        }
        checking.note(entry.node.place)
        guard let lines = lines(of: entry.node, format, &checking) else { return nil }
        var setting = UnitSetting(name: entry.key, lines: lines.map(\.text), properties: [])
        // An empty line takes back what was said before, and the sandbox with it.
        if lines.count == 1, lines[0].text.isEmpty { return setting }
        for line in lines {
            let read = line.place.parsed(&checking) { () throws(ValueError) in
                try properties(entry.key, line.text, format)
            }
            guard let read else { return nil }
            setting.properties += read
        }
        return setting
    }

    private static func properties(
        _ name: String, _ line: String, _ format: UnitFormat
    ) throws(ValueError) -> [UnitProperty] {
        guard let properties = try format.read(name, line) else {
            throw ValueError(message: "\(quoted(line)) is no value of it (write \(format.hint))")
        }
        return properties
    }

    static func complaint(about name: String) -> String {
        if let why = OwnUnitProperties.complaint(about: name) { return why }
        let known = UnitTable.formats.keys.sorted()
        if let same = Suggestion.sameWord(as: name, among: known) ?? Suggestion.nearest(to: name, among: known) {
            return "unknown unit property (did you mean \"\(same)\"?)"
        }
        let owned = OwnUnitProperties.complaints.keys.sorted()
        if let near = Suggestion.nearest(to: name, among: owned), let why = OwnUnitProperties.complaints[near] {
            return "unknown unit property; \(near) is none to give here: \(why)"
        }
        return "unknown unit property (docs/units.md has all of them)"
    }

    /// What stands there, line by line, each with the node that it stands in.
    private static func lines(
        of node: TomlNode, _ format: UnitFormat, _ checking: inout Checking
    ) -> [(text: String, place: TomlNode)]? {
        guard case .array(let nodes) = node.value else {
            return line(of: node, format, &checking).map { [($0, node)] }
        }
        guard format.isList else {
            checking.report("this is an array, and there is only one value (write \(format.hint))", at: node.place)
            return nil
        }
        guard (1...lineLimit).contains(nodes.count) else {
            checking.report(
                "\(nodes.count) lines are \(nodes.isEmpty ? "too few" : "too many") (1 to \(lineLimit))", at: node.place
            )
            return nil
        }
        var lines: [(text: String, place: TomlNode)] = []
        for node in nodes {
            guard let text = line(of: node, format, &checking) else { return nil }
            guard !text.isEmpty else {
                checking.report("is empty (leave the line out)", at: node.place)
                return nil
            }
            lines.append((text, node))
        }
        return lines
    }

    private static func line(of node: TomlNode, _ format: UnitFormat, _ checking: inout Checking) -> String? {
        switch node.value {
        case .flag(let flag): return flag ? "yes" : "no"
        case .integer(let number): return "\(number)"
        case .text(let text) where text.contains("\n"):
            checking.report("has a line break in it (write an array of lines)", at: node.place)
            return nil
        case .text:
            guard let text = node.string(hint: format.hint, &checking) else { return nil }
            return String(text.drop(while: \.isWhitespace))
        default:
            node.reportWrongType(format.hint, &checking)
            return nil
        }
    }
}

extension Key<LaunchSpecification> {
    /// `unit`.
    static let unit = Key(
        "unit", keyedBy: \UnitSetting.name, .unitProperties, \.unit,
        also: ["properties", "systemd", "unit_properties"],
        "Properties of its unit, as in a unit file: `{ MemoryLow = \"1G\", SystemCallFilter = \"~@mount\" }` "
            + "([units.md](units.md)). They go before those of `sandbox`. With the systemd launcher."
    ) { $0.written }
}
