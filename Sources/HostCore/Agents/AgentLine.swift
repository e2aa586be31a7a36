// SPDX-License-Identifier: Apache-2.0

/// A line of an agent's output, taken apart.
public enum AgentLine: Hashable, Sendable {
    /// No JSON: what it says.
    case text(String)
    /// A JSON object: those of its scalars that the preset asks for.
    case fields([AgentField])

    /// The first value at `path`.
    func value(at path: FieldPath) -> AgentScalar? {
        guard case .fields(let fields) = self else { return nil }
        return fields.first { path.matches($0.path) }?.value
    }

    /// Whether a value at `path` is one of `values`.
    func has(_ values: [AgentScalar], at path: FieldPath) -> Bool {
        guard case .fields(let fields) = self else { return false }
        return fields.contains { path.matches($0.path) && values.contains($0.value) }
    }

    /// How many values are at one of these paths and one of those that are given for it.
    func count(_ wanted: [LineCondition.Values]) -> UInt64 {
        guard !wanted.isEmpty, case .fields(let fields) = self else { return 0 }
        return UInt64(
            fields.count { field in
                wanted.contains { $0.path.matches(field.path) && $0.values.contains(field.value) }
            })
    }
}

/// A scalar of a JSON text with its place.
public struct AgentField: Hashable, Sendable {
    /// The names of the members and numbers of the elements that lead to it: `message.content.0.type`.
    public var path: String
    /// Its value.
    public var value: AgentScalar

    /// `value` at `path`.
    public init(path: String, value: AgentScalar) {
        self.path = path
        self.value = value
    }
}

/// A scalar of JSON.
public enum AgentScalar: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case flag(Bool)
    case null

    /// As people read it; nil for null and for an empty text.
    var words: String? {
        switch self {
        case .text(let text): text.isEmpty ? nil : text
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .null: nil
        }
    }

    /// As a count of something.
    var count: UInt64? {
        switch self {
        case .integer(let integer): UInt64(exactly: integer)
        case .number(let number): UInt64(exactly: number.rounded())
        case .text, .flag, .null: nil
        }
    }
}
