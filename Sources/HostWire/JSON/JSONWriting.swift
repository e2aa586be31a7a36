// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// The JSON text in UTF-8, without spaces. A number that JSON cannot say (infinite, none) is null.
    ///
    /// Written directly: a tree of jansson's beside ours would double the cost of a status of many services.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The JSON text, without spaces.
    public var serialized: String { String(decoding: bytes, as: UTF8.self) }
}

private struct JSONWriter {
    var bytes: [UInt8] = []

    private static let digits = Array("0123456789abcdef".utf8)

    mutating func write(_ json: JSON) {
        switch json {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .integer(let value): bytes += "\(value)".utf8
        case .number(let value): bytes += (value.isFinite ? "\(value)" : "null").utf8
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(member.key)
                bytes.append(UInt8(ascii: ":"))
                write(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            // Mostly there is nothing to escape, and the whole goes in at once.
            if utf8.contains(where: { Self.isPlain[Int($0)] == false }) {
                for byte in utf8 { escape(byte) }
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let isPlain = (0...255).map { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        case ..<0x20: bytes += "\\u00".utf8 + [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }
}
