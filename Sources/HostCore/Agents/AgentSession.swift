// SPDX-License-Identifier: Apache-2.0

/// Where the session of an agent gets its name from, and where it is kept.
public struct AgentSession: Hashable, Sendable {
    /// Who names it.
    public enum Origin: String, Hashable, Sendable, CaseIterable {
        /// hostd, before the first launch in it: a UUID.
        case chosen
        /// The agent, in its output.
        case output
        /// Nobody: there are no names, or nothing to go on with.
        case none
    }

    /// Who names it.
    public var origin: Origin
    /// The lines that name it, when the agent does.
    public var condition: LineCondition
    /// Where in them the name stands.
    public var value: FieldPath?
    /// A file that is there when the session is, beginning with `~/` or `/`: without it there is nothing to resume.
    /// Nil: nobody knows before it was tried.
    public var file: TextTemplate?

    /// A session that is named by `origin`.
    public init(
        origin: Origin = .none, condition: LineCondition = LineCondition(), value: FieldPath? = nil,
        file: TextTemplate? = nil
    ) {
        self.origin = origin
        self.condition = condition
        self.value = value
        self.file = file
    }

    /// The file of a session, for a user whose home is `home`; the value of `directory` has no links in it. Nil when
    /// none is named, or the session has no name yet.
    public func filePath(_ values: TemplateValues, home: String) -> String? {
        guard let file, file.emptyVariable(values) == nil else { return nil }
        let path = file.filled(values)
        return path.hasPrefix("~/") ? home + path.dropFirst() : path
    }

    /// A name for a session to be chosen: a UUID (RFC 9562, version 4) of 128 random bits.
    public static func uuid(_ high: UInt64, _ low: UInt64) -> String {
        let marked = (high & ~0xF000 | 0x4000, low & ~(0b11 << 62) | 0b10 << 62)
        let digits = Array((hex(marked.0) + hex(marked.1)).utf8)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return parts.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Whether an agent's word is a name that a command line can carry: 1 to 128 of a-z, A-Z, 0-9, `_`, `.`, `:` and
    /// `-`, not `-` first.
    static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
