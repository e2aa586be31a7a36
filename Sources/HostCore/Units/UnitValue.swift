// SPDX-License-Identifier: Apache-2.0

/// The value of a unit property as it goes over D-Bus: the few types that StartTransientUnit takes, and what is made of
/// them. `signature` says which one it is.
public indirect enum UnitValue: Hashable, Sendable {
    /// `b`
    case bool(Bool)
    /// `q`
    case uint16(UInt16)
    /// `i`
    case int32(Int32)
    /// `u`
    case uint32(UInt32)
    /// `t`; no limit and no end are `UInt64.max`.
    case uint64(UInt64)
    /// `s`
    case string(String)
    /// `ay`: a set of processors or memory nodes, the bytes of an address, a text that need not be UTF-8.
    case bytes([UInt8])
    /// `(…)`: its members in order.
    case tuple([UnitValue])
    /// `a…`: an array whose elements have this signature. It is needed where there are none.
    case array(of: String, [UnitValue])

    /// `as`
    public static func strings(_ texts: [String]) -> UnitValue { .array(of: "s", texts.map { .string($0) }) }

    /// `(bas)`: the words that are allowed, or those that are not: SystemCallFilter, RestrictAddressFamilies.
    public static func filter(allows: Bool, _ words: [String]) -> UnitValue {
        .tuple([.bool(allows), .strings(words)])
    }

    /// `a(ssbt)`: paths of the host mounted where they stand, with all that is mounted below; one that is missing is
    /// left out.
    public static func binds(_ paths: [String]) -> UnitValue {
        .array(of: "(ssbt)", paths.map { .tuple([.string($0), .string($0), .bool(true), .uint64(recursively)]) })
    }

    /// MS_REC of mount(2).
    public static let recursively: UInt64 = 16384

    /// The D-Bus signature.
    public var signature: String {
        switch self {
        case .bool: "b"
        case .uint16: "q"
        case .int32: "i"
        case .uint32: "u"
        case .uint64: "t"
        case .string: "s"
        case .bytes: "ay"
        case .tuple(let members): "(" + members.map(\.signature).joined() + ")"
        case .array(let element, _): "a" + element
        }
    }

    /// The value as arguments of busctl(1), which reads them behind the signature.
    public var words: [String] {
        switch self {
        case .bool(let value): [value ? "true" : "false"]
        case .uint16(let value): ["\(value)"]
        case .int32(let value): ["\(value)"]
        case .uint32(let value): ["\(value)"]
        case .uint64(let value): ["\(value)"]
        case .string(let value): [value]
        case .bytes(let value): ["\(value.count)"] + value.map { "\($0)" }
        case .tuple(let members): members.flatMap(\.words)
        case .array(_, let elements): ["\(elements.count)"] + elements.flatMap(\.words)
        }
    }
}
