// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<String> {
    /// A line of text for people.
    static let label = checked("string", hint: "a string, like \"agent-01\"") { text in
        guard !text.isEmpty else { return "is empty (leave the key out for the default)" }
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return nil }
        return "\(quoted(text)) has a line break or another control character in it (leave it out)"
    }

    /// An absolute path.
    static let path = checked("path", hint: "an absolute path, like \"/srv/agent\"", isFilledIn: true) { text in
        guard !text.isEmpty else { return "is empty (write an absolute path)" }
        guard !text.hasPrefix("/") else { return nil }
        return "\(quoted(text)) is not an absolute path (begin it with \"/\")"
    }

    /// A file with secrets in it, or a credential of hostd's.
    static let secretPlace = checked(
        "path or credential", hint: "an absolute path, or \"credential:NAME\"", isFilledIn: true
    ) { text in
        guard !text.isEmpty else { return "is empty (write an absolute path)" }
        guard case .credential(let name) = SecretPlace(text) else {
            return text.hasPrefix("/") ? nil : "\(quoted(text)) is not an absolute path (begin it with \"/\")"
        }
        if SecretPlace.isName(name) { return nil }
        return "\(quoted(text)) names no credential (write one like \"credential:gateway.env\")"
    }

    /// The path of a Unix socket.
    static let socketPath = checked("path", hint: "an absolute path, like \"/run/app.sock\"") { text in
        guard text.hasPrefix("/") else {
            return text.isEmpty
                ? "is empty (write an absolute path)"
                : "\(quoted(text)) is not an absolute path (begin it with \"/\")"
        }
        guard text.utf8.count > 107 else { return nil }
        return "\(text.utf8.count) bytes are too many for the path of a socket (at most 107)"
    }

    /// A user or group of the host, by name or by number.
    static let account = checked(
        "name or number of a user or group", hint: "a name in quotes, like \"agent\"", numbersQuoted: true
    ) { text in
        guard !text.isEmpty else { return "is empty (leave the key out for the default)" }
        guard text.utf8.count > 255 || text.unicodeScalars.contains(where: isOutsideNames) else { return nil }
        return "\(quoted(text)) is no name of a user or group (write one like \"agent\", or its number in quotes)"
    }

    private static func isOutsideNames(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.value < 0x21 || scalar == ":" || scalar == "/" || scalar == ","
    }

    /// A string of which `complaint` says what is wrong. With `numbersQuoted` an integer lacks no more than quotes;
    /// with `isFilledIn` variables may stand in it.
    private static func checked(
        _ name: String, hint: String, numbersQuoted: Bool = false, isFilledIn: Bool = false,
        _ complaint: @escaping @Sendable (String) -> String?
    ) -> ValueType {
        ValueType(
            name, hint: hint,
            read: { node, checking in
                let hint = numbersQuoted ? node.quotedInteger ?? hint : hint
                guard
                    let text = isFilledIn
                        ? Interpolation.text(node, hint: hint, &checking) : node.string(hint: hint, &checking)
                else { return nil }
                guard let complaint = complaint(text) else { return text }
                checking.report(complaint, at: node.place)
                return nil
            }, show: tomlString)
    }
}

extension TomlNode {
    /// An integer as the string that was probably meant.
    fileprivate var quotedInteger: String? {
        guard case .integer(let integer) = value else { return nil }
        return "\"\(integer)\""
    }
}
