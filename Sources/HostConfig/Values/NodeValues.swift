// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<NodeSpecification> {
    fileprivate static let nodeHint = "a version in quotes, like \"22.12.0\", \"22\", \"lts\" or \".nvmrc\""

    /// Which Node is wanted.
    static let nodeVersion = ValueType(
        "Node version", hint: nodeHint,
        read: { node, checking in
            guard let text = Interpolation.text(node, hint: node.quotedNumber ?? nodeHint, &checking) else {
                return nil
            }
            if let specification = NodeSpecification(text) { return specification }
            checking.report("\(quoted(text)) names no Node (write \(nodeHint))", at: node.place)
            return nil
        }, show: { tomlString($0.text) })
}

extension ValueType<NodeWish> {
    /// true, false or a version of one's own.
    static let nodeWish = ValueType(
        "boolean or Node version", hint: "true, false or a version in quotes, like \"22.12\"",
        read: { node, checking in
            if case .flag(let flag) = node.value { return flag ? .pinned : .any }
            let hint = node.quotedNumber ?? "true, false or a version in quotes, like \"22.12\""
            guard let text = Interpolation.text(node, hint: hint, &checking) else { return nil }
            if let specification = NodeSpecification(text) { return .own(specification) }
            checking.report(
                "\(quoted(text)) names no Node (write true, or \(ValueType<NodeSpecification>.nodeHint))",
                at: node.place)
            return nil
        },
        show: { wish in
            if case .own(let specification) = wish { tomlString(specification.text) } else { wish.text }
        })
}

extension ValueType<String> {
    /// An absolute path, or one that begins with a home.
    static let homePath = ValueType(
        "path", hint: "a path, like \"/opt/node\" or \"~/.nvm\"",
        read: { node, checking in
            guard let text = node.string(hint: "a path, like \"/opt/node\" or \"~/.nvm\"", &checking) else {
                return nil
            }
            if text.hasPrefix("/") || text.hasPrefix("~") { return text }
            checking.report(
                "\(quoted(text)) is neither an absolute path nor in a home (begin it with \"/\" or \"~/\")",
                at: node.place)
            return nil
        }, show: tomlString)

    /// 64 hexadecimal digits.
    static let sha256 = ValueType(
        "SHA-256", hint: "64 hexadecimal digits in quotes",
        read: { node, checking in
            guard let text = node.string(hint: "64 hexadecimal digits in quotes", &checking) else { return nil }
            let lower = text.lowercased()
            if lower.utf8.count == 64, lower.utf8.allSatisfy(isHexadecimal) { return lower }
            checking.report("\(quoted(text)) is no SHA-256 (write its 64 hexadecimal digits)", at: node.place)
            return nil
        }, show: tomlString)

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}

extension TomlNode {
    /// An integer as the string that was probably meant: 22 is "22".
    fileprivate var quotedNumber: String? {
        if case .integer(let integer) = value { "\"\(integer)\"" } else { nil }
    }
}
