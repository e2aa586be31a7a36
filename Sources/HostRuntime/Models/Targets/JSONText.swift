// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// A JSON text in which values are set: all else stays as people wrote it, byte for byte.
nonisolated struct JSONText {
    private struct Member {
        /// Where the blanks before it begin.
        let lead: Int
        let start: Int
        let key: String
        let value: Range<Int>
    }

    /// The text.
    private(set) var bytes: [UInt8]

    /// Fails where it is not JSON in the strict sense: then nothing below would find its way in it.
    init(_ bytes: [UInt8]) throws(JSONError) {
        _ = try JSON(parsing: bytes)
        self.bytes = bytes
    }

    /// Sets what stands at `path`: names of members, and numbers of elements. Objects on the way that are not there are
    /// made; nothing is done where something else stands in their place.
    mutating func set(_ value: JSON, at path: [String]) {
        var place = skipped(0)..<bytes.count
        for (index, name) in path.enumerated() {
            let entries = entries(of: place.lowerBound)
            guard let found = entries.first(where: { $0.key == name }) else {
                guard bytes[place.lowerBound] == UInt8(ascii: "{") else { return }
                let rest = path[(index + 1)...].reversed().reduce(value) { .object([.init(key: $1, value: $0)]) }
                return add(name, rest, to: place.lowerBound, entries.last)
            }
            place = found.value
        }
        bytes.replaceSubrange(place, with: Self.spaced(value).utf8)
    }

    private mutating func add(_ name: String, _ value: JSON, to object: Int, _ last: Member?) {
        let text = Array((JSON.string(name).serialized + ": " + Self.spaced(value)).utf8)
        guard let last else {
            // Between the braces there are blanks only.
            let end = skipped(object + 1)
            return bytes.replaceSubrange(object + 1..<end, with: text)
        }
        bytes.insert(
            contentsOf: [UInt8(ascii: ",")] + bytes[last.lead..<last.start] + text, at: last.value.upperBound)
    }

    /// The members of the object, or the elements of the array, that begins at `start`.
    private func entries(of start: Int) -> [Member] {
        let isObject = bytes[start] == UInt8(ascii: "{")
        guard isObject || bytes[start] == UInt8(ascii: "[") else { return [] }
        var result: [Member] = []
        var at = start + 1
        while true {
            let lead = at
            at = skipped(at)
            guard at < bytes.count, bytes[at] != UInt8(ascii: "}"), bytes[at] != UInt8(ascii: "]") else {
                return result
            }
            let first = at
            var key = "\(result.count)"
            if isObject {
                let end = self.end(ofValueAt: at)
                key = (try? JSON(parsing: Array(bytes[at..<end])))?.text ?? ""
                // The colon.
                at = skipped(skipped(end) + 1)
            }
            let end = self.end(ofValueAt: at)
            result.append(Member(lead: lead, start: first, key: key, value: at..<end))
            at = skipped(end)
            if at < bytes.count, bytes[at] == UInt8(ascii: ",") { at += 1 }
        }
    }

    private func skipped(_ start: Int) -> Int {
        bytes[start...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? bytes.count
    }

    /// Where a value ends. That it is one is known.
    private func end(ofValueAt start: Int) -> Int {
        var depth = 0
        var isInText = false
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\\") where isInText: at += 1
            case UInt8(ascii: "\""):
                isInText.toggle()
                if !isInText, depth == 0 { return at + 1 }
            case _ where isInText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of a number or a word is that of what it stands in.
                if depth == 0 { return at }
                depth -= 1
                if depth == 0 { return at + 1 }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D:
                if depth == 0 { return at }
            default: break
            }
            at += 1
        }
        return at
    }

    /// In one line, with the blanks that people write.
    private static func spaced(_ value: JSON) -> String {
        switch value {
        case .array(let elements): "[" + elements.map(spaced).joined(separator: ", ") + "]"
        case .object(let members):
            members.isEmpty
                ? "{}"
                : "{ "
                    + members.map { JSON.string($0.key).serialized + ": " + spaced($0.value) }.joined(separator: ", ")
                    + " }"
        default: value.serialized
        }
    }
}
