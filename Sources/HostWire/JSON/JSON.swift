// SPDX-License-Identifier: Apache-2.0

/// A JSON value. Objects keep the order of their members.
public enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One member of an object.
    public struct Member: Hashable, Sendable {
        /// Its name.
        public var key: String
        /// Its value.
        public var value: JSON

        /// The member `key` with `value`.
        public init(key: String, value: JSON) {
            self.key = key
            self.value = value
        }
    }

    /// The value of the member `key`; nil when there is none or this is no object.
    public subscript(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a string; nil for anything else.
    public var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The elements of an array; nil for anything else.
    public var elements: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The name of the type, for messages: "a string".
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// An object with its members in the order in which they are written.
    public init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(members.map { Member(key: $0.0, value: $0.1) })
    }

    /// An array.
    public init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }

    /// A string.
    public init(stringLiteral text: String) {
        self = .string(text)
    }

    /// An integer.
    public init(integerLiteral value: Int64) {
        self = .integer(value)
    }

    /// A number.
    public init(floatLiteral value: Double) {
        self = .number(value)
    }

    /// A boolean.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// null.
    public init(nilLiteral: ()) {
        self = .null
    }
}

extension JSON {
    /// A string, or null for nil.
    public init(_ text: String?) {
        self = text.map { .string($0) } ?? .null
    }

    /// An integer, or null for nil; values above Int64 are cut.
    public init(_ value: (some BinaryInteger)?) {
        self = value.map { .integer(Int64(clamping: $0)) } ?? .null
    }

    /// A number, or null for nil.
    public init(_ value: Double?) {
        self = value.map { .number($0) } ?? .null
    }

    /// A boolean, or null for nil.
    public init(_ value: Bool?) {
        self = value.map { .bool($0) } ?? .null
    }
}
