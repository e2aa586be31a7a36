// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What was submitted, as a person reads it: a line for each part of it.
struct SubmittedText {
    /// A prompt may be long: of each part a terminal shows no more lines.
    private static let lineLimit = 4

    let submission: JSON
    let style: Style

    func lines() -> [String] {
        guard case .object(let members) = submission else { return [] }
        return members.flatMap { member -> [String] in
            if case .null = member.value { return [] }
            let text = CleanText.of(Self.text(member.value))
            return PageField.lines(CleanText.of(member.key), cut(text), style)
        }
    }

    private func cut(_ text: String) -> String {
        style.columns.map { style.cut(text, max($0 - PageField.indent, 20) * Self.lineLimit) } ?? text
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .array(let elements) where elements.allSatisfy({ $0.text != nil }):
            elements.compactMap(\.text).map(quoted).joined(separator: " ")
        case .array(let elements): elements.map(text).joined(separator: ", ")
        case .object(let members): members.map { "\($0.key)=\(text($0.value))" }.joined(separator: " ")
        default: String(decoding: value.bytes, as: UTF8.self)
        }
    }

    /// As a shell would have to be given it.
    private static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:=@,+%".utf8.contains(byte)
            }
        }
        return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
