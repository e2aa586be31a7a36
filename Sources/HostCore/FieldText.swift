// SPDX-License-Identifier: Apache-2.0

/// The text form of records and snapshots: one `key=value` a line, values with `\` and newline escaped.
///
/// The keeper writes it without allocating, people read it with cat, and a torn file is noticed by its missing `end`.
public struct FieldText: Equatable, Sendable {
    /// Values by key. A key that stands twice has its last value.
    public private(set) var values: [String: String]

    /// No fields.
    public init() {
        values = [:]
    }

    /// Reads `text`; nil when the last line is not `end`, which means that the file is torn.
    public init?(parsing text: some StringProtocol) {
        values = [:]
        var complete = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            if line == "end" {
                complete = true
                break
            }
            guard let equals = line.firstIndex(of: "=") else { return nil }
            values[String(line[..<equals])] = Self.unescape(line[line.index(after: equals)...])
        }
        guard complete else { return nil }
    }

    /// The value of `key` as text; setting nil removes the field.
    public subscript(_ key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// The value of `key` as an integer; nil when it is missing or no such integer.
    public func integer<Value: FixedWidthInteger>(_ key: String, as type: Value.Type = Value.self) -> Value? {
        values[key].flatMap { Value($0) }
    }

    /// The text, keys sorted, ending with `end`.
    public var text: String {
        var result = ""
        for key in values.keys.sorted() {
            result += key + "=" + Self.escape(values[key] ?? "") + "\n"
        }
        return result + "end\n"
    }

    private static func escape(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") }) else { return value }
        var result = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private static func unescape(_ value: some StringProtocol) -> String {
        guard value.utf8.contains(UInt8(ascii: "\\")) else { return String(value) }
        var result = String.UnicodeScalarView()
        var escaped = false
        for scalar in value.unicodeScalars {
            if escaped {
                result.append(scalar == "n" ? "\n" : scalar)
                escaped = false
            } else if scalar == "\\" {
                escaped = true
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
