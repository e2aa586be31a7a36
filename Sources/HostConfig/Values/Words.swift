// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<String> {
    /// A word under which people choose services.
    static let tag = ValueType(
        "tag", hint: "a tag, like \"edge\"",
        read: { node, checking in
            guard let text = node.string(hint: "a tag, like \"edge\"", &checking) else { return nil }
            let isFine = (1...48).contains(text.utf8.count) && text.utf8.allSatisfy(isTagByte)
            if isFine { return text }
            checking.report("\(quoted(text)) is no tag (1 to 48 of a-z, A-Z, 0-9, _, - and .)", at: node.place)
            return nil
        }, show: quoted)

    private static func isTagByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension ValueType<ConditionKind> {
    /// A condition of the host that this version watches: one that nobody watches would never hold anything up.
    static let condition = ValueType(
        "condition", range: hint, hint: hint,
        read: { node, checking in
            guard let text = node.string(hint: hint, &checking) else { return nil }
            guard let kind = ConditionKind(rawValue: text) else {
                let right = Suggestion.nearest(to: text, among: ConditionKind.allCases.map(\.rawValue))
                let message = right.map { "did you mean \"\($0)\"?" } ?? "write \(hint)"
                checking.report("\(quoted(text)) is no condition (\(message))", at: node.place)
                return nil
            }
            if watched.contains(kind) { return kind }
            checking.report("\"\(text)\" is not watched in this version (write \(hint))", at: node.place)
            return nil
        }, show: { quoted($0.rawValue) })

    private static let watched: [ConditionKind] = [.network, .disk, .memory, .node, .config]
    private static let hint = {
        let words = watched.map { quoted($0.rawValue) }
        return words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
    }()
}
