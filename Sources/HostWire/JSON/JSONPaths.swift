// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Takes lines of an agent's output apart: whatever they hold, the result is small.
public struct JSONPaths: Sendable {
    /// Longer lines are not looked into, in bytes.
    public var lineBytes = 4 << 20
    /// Values deeper than this are left out.
    public var depth = 12
    /// So many scalars are taken; those that stand higher come first.
    public var count = 512
    /// Of a text so many bytes are taken.
    public var textBytes = 4096

    /// With the given limits, each of which has a value that fits agents.
    public init() {}

    /// A line without its newline. An object becomes its scalars; anything else is text, as is what is no JSON. Of an
    /// object that is too long or too deep to read nothing is known: it has no scalars.
    public func line(_ bytes: [UInt8]) -> AgentLine {
        guard bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else { return .text(text(bytes)) }
        guard bytes.count <= lineBytes else { return .fields([]) }
        let limits = JSONLimits(bytes: lineBytes, depth: JSONLimits.wire.depth)
        guard let json = try? JSON(parsing: bytes, limits: limits) else { return .text(text(bytes)) }
        return .fields(fields(of: json))
    }

    /// The scalars of a value, level by level.
    public func fields(of json: JSON) -> [AgentField] {
        var found: [AgentField] = []
        var level: [(path: String, value: JSON)] = [("", json)]
        for _ in 0...depth where !level.isEmpty {
            var below: [(path: String, value: JSON)] = []
            for (path, value) in level {
                for (name, inner) in Self.children(of: value) {
                    guard found.count < count else { return found }
                    let place = path.isEmpty ? name : path + "." + name
                    guard let scalar = scalar(inner) else {
                        if below.count < count { below.append((place, inner)) }
                        continue
                    }
                    found.append(AgentField(path: place, value: scalar))
                }
            }
            level = below
        }
        return found
    }

    private static func children(of value: JSON) -> [(String, JSON)] {
        switch value {
        case .object(let members): members.map { ($0.key, $0.value) }
        case .array(let elements): elements.enumerated().map { ("\($0.offset)", $0.element) }
        case .null, .bool, .integer, .number, .string: []
        }
    }

    /// The value as a scalar; nil for an object and an array.
    private func scalar(_ value: JSON) -> AgentScalar? {
        switch value {
        case .null: .null
        case .bool(let flag): .flag(flag)
        case .integer(let integer): .integer(integer)
        case .number(let number): .number(number)
        case .string(let string):
            .text(string.utf8.count <= textBytes ? string : text(Array(string.utf8.prefix(textBytes))))
        case .array, .object: nil
        }
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(textBytes), as: UTF8.self)
    }
}
