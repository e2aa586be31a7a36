// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Takes lines of an agent's output apart, and keeps of them only what its preset asks for: whatever a line holds, the
/// result is small.
public struct JSONPaths: Sendable {
    /// Longer lines are not looked into.
    static let lineBytes = 4 << 20
    /// Of a text so many bytes are kept.
    static let textBytes = 4096
    /// Of an array so many elements are looked at where a path has `*`.
    static let elements = 256
    /// So many values are kept.
    static let count = 1024

    private let output: AgentPreset.Output
    private let wanted: PathTree

    /// Takes apart what an agent of `preset` writes.
    public init(_ preset: AgentPreset) {
        output = preset.output
        wanted = PathTree(preset.paths)
    }

    /// A line without its newline. What begins as an object is one, or was to be one: of a line that is torn, too long
    /// or too deep nothing is known, and what stands in it is nobody's word.
    public func line(_ bytes: [UInt8]) -> AgentLine {
        guard output == .json, bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) == UInt8(ascii: "{") else {
            return .text(Self.text(bytes))
        }
        let limits = JSONLimits(bytes: Self.lineBytes, depth: JSONLimits.wire.depth)
        guard let json = try? JSON(parsing: bytes, limits: limits) else { return .fields([]) }
        var found: [AgentField] = []
        Self.collect(wanted, in: json, at: "", into: &found)
        return .fields(found)
    }

    private static func collect(_ wanted: PathTree, in json: JSON, at path: String, into found: inout [AgentField]) {
        guard found.count < count else { return }
        switch json {
        case .object(let members):
            for member in members { descend(wanted, member.key, member.value, at: path, into: &found) }
        case .array(let elements):
            for (index, element) in elements.prefix(Self.elements).enumerated() {
                descend(wanted, "\(index)", element, at: path, into: &found)
            }
        case .null: keep(.null, wanted, path, &found)
        case .bool(let flag): keep(.flag(flag), wanted, path, &found)
        case .integer(let integer): keep(.integer(integer), wanted, path, &found)
        case .number(let number): keep(.number(number), wanted, path, &found)
        case .string(let string):
            let isLong = string.utf8.count > textBytes
            keep(.text(isLong ? text(Array(string.utf8.prefix(textBytes))) : string), wanted, path, &found)
        }
    }

    private static func descend(
        _ wanted: PathTree, _ name: String, _ value: JSON, at path: String, into found: inout [AgentField]
    ) {
        let below = wanted.below(name)
        guard let first = below.first else { return }
        let place = path.isEmpty ? name : path + "." + name
        let tree = below.dropFirst().reduce(first) { $0.joined(with: $1) }
        collect(tree, in: value, at: place, into: &found)
    }

    private static func keep(_ scalar: AgentScalar, _ wanted: PathTree, _ path: String, _ found: inout [AgentField]) {
        if wanted.isEnd { found.append(AgentField(path: path, value: scalar)) }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(textBytes), as: UTF8.self)
    }
}

/// Paths by their parts.
private struct PathTree: Sendable {
    /// A path ends here.
    private(set) var isEnd = false
    private var members: [String: PathTree] = [:]

    init(_ paths: some Sequence<FieldPath>) {
        for path in paths { add(path.segments[...]) }
    }

    private mutating func add(_ segments: ArraySlice<String>) {
        guard let first = segments.first else {
            isEnd = true
            return
        }
        members[first, default: PathTree([])].add(segments.dropFirst())
    }

    /// What goes on below a member: by its name, and by `*`.
    func below(_ name: String) -> [PathTree] { [members[name], members[FieldPath.any]].compactMap(\.self) }

    func joined(with other: PathTree) -> PathTree {
        var tree = self
        tree.isEnd = isEnd || other.isEnd
        tree.members.merge(other.members) { $0.joined(with: $1) }
        return tree
    }
}
