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
    ///
    /// Bytes, not characters: a value may end with a carriage return or begin with a combining accent, and neither
    /// may swallow the sign beside it.
    public init?(parsing text: some StringProtocol) {
        self.init(bytes: Array(text.utf8))
    }

    private init?(bytes: [UInt8]) {
        values = [:]
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let line = bytes[start..<end]
            start = end + 1
            if line.isEmpty { continue }
            guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
                if line.elementsEqual("end".utf8) { return }
                return nil
            }
            let key = String(decoding: line[..<equals], as: UTF8.self)
            values[key] = Self.unescape(line[(equals + 1)...])
        }
        return nil
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
        var result: [UInt8] = []
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): result += "\\\\".utf8
            case UInt8(ascii: "\n"): result += "\\n".utf8
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func unescape(_ value: ArraySlice<UInt8>) -> String {
        guard value.contains(UInt8(ascii: "\\")) else { return String(decoding: value, as: UTF8.self) }
        var result: [UInt8] = []
        var isEscaped = false
        for byte in value {
            if isEscaped {
                result.append(byte == UInt8(ascii: "n") ? UInt8(ascii: "\n") : byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
