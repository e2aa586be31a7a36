// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
public import HostWire

/// The file that a lock is.
extension NodeLock {
    /// Longer ones are refused.
    private static let limitBytes = 256 << 10
    private static let format: Int64 = 1

    /// Reads the lock at `path`; an empty one when there is no file. A file that others can write is refused: whoever
    /// writes it says what runs.
    public static func read(_ path: String) throws(NodeError) -> NodeLock {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limit: limitBytes)
        } catch {
            if error.isMissing { return NodeLock() }
            throw NodeError("\(error)")
        }
        let trust = Trust.ofOwnFiles
        if let complaint = trust.complaint(at: path) ?? trust.complaintOnWay(to: path) { throw NodeError(complaint) }
        do {
            return try NodeLock(json: try JSON(parsing: bytes))
        } catch {
            throw NodeError("\(path) is no node.lock: \(error) (hostctl node pin writes it anew)")
        }
    }

    /// Replaces the lock at `path`, so that it outlives power loss.
    public func write(_ path: String) throws(NodeError) {
        do throws(SystemError) {
            try Files.replace(path, with: text.utf8, mode: 0o644, sync: true)
        } catch {
            throw NodeError("\(error)")
        }
    }

    init(json: JSON) throws(NodeError) {
        guard case .integer(Self.format)? = json["format"] else {
            throw NodeError("its format is \(json["format"]?.serialized ?? "not there") (1 is needed)")
        }
        let standard = json["default"] ?? .null
        self.init(
            standard: standard == .null ? nil : try NodePin(json: standard),
            others: try (json["pins"]?.elements ?? []).map { json throws(NodeError) in try NodePin(json: json) })
    }

    /// The JSON form.
    public var json: JSON {
        [
            "format": .integer(Self.format), "default": standard?.json ?? .null,
            "pins": .array(others.map(\.json)),
        ]
    }

    /// One line a member: this file is compared by people.
    private var text: String {
        func lines(_ pin: NodePin, _ indent: String) -> String {
            guard case .object(let members) = pin.json else { return "{}" }
            let fields = members.map { "\(indent)  \(JSON.string($0.key).serialized): \($0.value.serialized)" }
            return "{\n" + fields.joined(separator: ",\n") + "\n\(indent)}"
        }
        let list = others.map { "    " + lines($0, "    ") }.joined(separator: ",\n")
        return """
            {
              "format": \(Self.format),
              "default": \(standard.map { lines($0, "  ") } ?? "null"),
              "pins": \(others.isEmpty ? "[]" : "[\n\(list)\n  ]")
            }

            """
    }
}

extension NodePin {
    init(json: JSON) throws(NodeError) {
        guard let specification = json["spec"]?.text else { throw NodeError("a pin has no \"spec\"") }
        guard let mark = json["file"]?.text.flatMap({ FileMark($0) }) else { throw NodeError("a pin has no \"file\"") }
        guard let time = json["pinned_at"]?.text.flatMap({ WallTime($0) }) else {
            throw NodeError("a pin has no \"pinned_at\"")
        }
        self.init(specification: specification, facts: try NodeFacts(json: json), mark: mark, pinnedAt: time)
    }

    /// The JSON form.
    public var json: JSON {
        guard case .object(let facts) = facts.json else { return .null }
        let ends: JSON = ["file": .string("\(mark)"), "pinned_at": .string(pinnedAt.text)]
        guard case .object(let last) = ends else { return .null }
        return .object([JSON.Member(key: "spec", value: .string(specification))] + facts + last)
    }
}
