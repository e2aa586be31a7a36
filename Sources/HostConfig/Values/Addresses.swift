// SPDX-License-Identifier: Apache-2.0

/// A TCP endpoint as text.
struct Endpoint: Hashable, Sendable {
    /// A name or address, IPv6 without brackets.
    let host: String
    let port: UInt16

    /// As in a URL.
    var text: String { (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(port)" }

    /// Reads `host:port` or `[v6]:port`.
    static func parse(_ text: String) throws(ValueError) -> Endpoint {
        let (host, port) = try split(text)
        guard let port else {
            throw ValueError(message: "\(quoted(text)) has no port (write \(quoted(shown(host) + ":80")))")
        }
        return Endpoint(host: try checkedHost(host, of: text), port: try checkedPort(port, of: text))
    }

    /// Splits at the colon of the port, if there is one, and takes the brackets off.
    static func split(_ text: String) throws(ValueError) -> (host: String, port: String?) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else {
                throw ValueError(message: "\(quoted(text)) has no \"]\" (write one like \"[::1]:80\")")
            }
            let host = String(text[text.index(after: text.startIndex)..<end])
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else {
                throw ValueError(message: "\(quoted(text)) goes on after \"]\" (write one like \"[::1]:80\")")
            }
            return (host, rest.isEmpty ? nil : String(rest.dropFirst()))
        }
        guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
        guard !text[..<colon].contains(":") else {
            throw ValueError(
                message: "\(quoted(text)) is an IPv6 address without brackets (write one like \"[::1]:80\")")
        }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }

    static func checkedHost(_ host: String, of text: String) throws(ValueError) -> String {
        guard !host.isEmpty else {
            throw ValueError(message: "\(quoted(text)) has no host (write one like \"127.0.0.1\")")
        }
        let isFine =
            host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: ":"):
                    true
                default: false
                }
            }
        guard isFine else {
            throw ValueError(message: "\(quoted(host)) is no host (write one like \"127.0.0.1\" or \"localhost\")")
        }
        return host
    }

    static func checkedPort(_ port: String, of text: String) throws(ValueError) -> UInt16 {
        guard !port.isEmpty else {
            throw ValueError(message: "\(quoted(text)) has no port after \":\" (write one like \":80\")")
        }
        guard port.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw ValueError(message: "port \(quoted(port)) is no number (1 to 65535)")
        }
        guard let number = UInt16(port), number > 0 else {
            throw ValueError(message: "port \(port.prefix(20)) is out of range (1 to 65535)")
        }
        return number
    }

    private static func shown(_ host: String) -> String {
        host.isEmpty ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
    }
}

extension ValueType<Endpoint> {
    /// A host and a port, as "127.0.0.1:80".
    static let endpoint = ValueType(
        "address", hint: "an address, like \"127.0.0.1:80\"",
        read: { node, checking in
            let hint = "an address, like \"127.0.0.1:80\""
            guard let text = Interpolation.text(node, hint: hint, &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in try Endpoint.parse(text) }
        }, show: { tomlString($0.text) })
}
