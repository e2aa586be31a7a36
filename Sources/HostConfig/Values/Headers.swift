// SPDX-License-Identifier: Apache-2.0

extension ValueType<[String: String]> {
    /// Headers of a request. Their values may be secrets: no message shows one.
    static let headers = ValueType(
        "table of strings", hint: "a table, like { Authorization = \"Bearer …\" }",
        read: { node, checking in
            guard case .table(let entries) = node.value else {
                checking.report(
                    "this is \(node.typeName) (write a table, like { Authorization = \"Bearer …\" })", at: node.place)
                return nil
            }
            guard entries.count <= 64 else {
                checking.report("\(entries.count) headers are too many (at most 64)", at: node.place)
                return nil
            }
            var values: [String: String] = [:]
            for entry in entries {
                checking.inside(entry.key) { checking in
                    guard HeaderReader.check(name: entry.key, at: entry.keyPlace, &checking) else { return }
                    values[entry.key] = HeaderReader.value(entry.node, &checking)
                }
            }
            return values
        },
        show: { values in
            guard !values.isEmpty else { return "{}" }
            let entries = values.keys.sorted().map { "\(shownKey($0)) = \"…\"" }
            return "{ " + entries.joined(separator: ", ") + " }"
        })
}

private enum HeaderReader {
    private static let marks = Array("!#$%&'*+-.^_`|~".utf8)
    /// They say how the request itself is written.
    private static let own: Set = ["content-length", "transfer-encoding", "connection", "expect"]
    private static let limitBytes = 8192

    static func check(name: String, at place: Place, _ checking: inout Checking) -> Bool {
        let isName = !name.isEmpty && name.utf8.count <= 256 && name.utf8.allSatisfy(isAllowed)
        guard isName else {
            checking.report("\(quoted(name)) is no name of a header (write one like \"Authorization\")", at: place)
            return false
        }
        guard !own.contains(name.lowercased()) else {
            checking.report("hostd sets this header itself (leave it out)", at: place)
            return false
        }
        return true
    }

    static func value(_ node: TomlNode, _ checking: inout Checking) -> String? {
        guard case .text(let text) = node.value else {
            let right = node.written == nil ? "a string" : "the value in quotes"
            checking.report("this is \(node.typeName) (write \(right))", at: node.place)
            return nil
        }
        guard text.utf8.count <= limitBytes else {
            checking.report("\(text.utf8.count) bytes are too many (at most \(limitBytes))", at: node.place)
            return nil
        }
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            checking.report("has a line break or another control character in it (leave it out)", at: node.place)
            return nil
        }
        return Interpolation.expand(text, at: node.place, &checking)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: marks.contains(byte)
        }
    }
}
