// SPDX-License-Identifier: Apache-2.0

extension ValueType<String> {
    /// A URL with the scheme http or https.
    static let webAddress = ValueType(
        "URL", hint: "a URL, like \"http://127.0.0.1:8080/healthz\"",
        read: { node, checking in
            let hint = "a URL, like \"http://127.0.0.1:8080/healthz\""
            guard let text = Interpolation.text(node, hint: hint, &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in
                try WebAddress.check(text)
                return text
            }
        }, show: tomlString)
}

/// What must hold of a URL before a probe is built on it.
enum WebAddress {
    static func check(_ text: String) throws(ValueError) {
        guard !text.isEmpty else { throw ValueError(message: "is empty (write a URL)") }
        guard !hasCredentials(text) else {
            throw ValueError(message: "has a user name or password in it (give the URL without)")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else {
            throw ValueError(
                message: "\(quoted(text)) has a space or another character that no URL has (write it as %20)")
        }
        guard let mark = position(of: "://", in: text) else {
            throw ValueError(message: "\(quoted(text)) has no scheme (write \(quoted("http://" + text)))")
        }
        let scheme = text[..<mark].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw ValueError(message: "\(quoted(text)) has the scheme \(quoted(scheme)) (write \"http\" or \"https\")")
        }
        let authority = authority(of: text)
        guard !authority.isEmpty else {
            throw ValueError(message: "\(quoted(text)) has no host (write one like \"\(scheme)://127.0.0.1/\")")
        }
        let (host, port) = try Endpoint.split(authority)
        _ = try Endpoint.checkedHost(host, of: text)
        if let port { _ = try Endpoint.checkedPort(port, of: text) }
    }

    /// What stands between "://" and the path.
    private static func authority(of text: String) -> String {
        let rest = position(of: "://", in: text).map { text[$0...].dropFirst(3) } ?? text[...]
        return String(rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" })
    }

    /// Whether what is sent there stays on this host: a loopback address by number, or localhost.
    static func isOfThisHost(_ text: String) -> Bool {
        guard let (host, _) = try? Endpoint.split(authority(of: text)) else { return false }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return isLoopback || host == "::1" || host.lowercased() == "localhost"
    }

    private static func hasCredentials(_ text: String) -> Bool { authority(of: text).contains("@") }

    private static func position(of mark: String, in text: String) -> String.Index? {
        text.indices.first { text[$0...].hasPrefix(mark) }
    }
}
