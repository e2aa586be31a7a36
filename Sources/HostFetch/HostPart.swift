// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// Host and port of a URL.
nonisolated struct HostPart: Hashable {
    /// In lower case, IPv6 without brackets.
    let name: String
    let port: UInt16

    private static let usualPorts: [(scheme: String, port: UInt16)] = [
        ("http://", 80), ("https://", 443), ("smtp://", 25), ("smtps://", 465),
    ]

    /// The host of `url`; nil when it has none or another scheme.
    init?(url: String) {
        let lower = url.lowercased()
        guard let (scheme, usualPort) = Self.usualPorts.first(where: { lower.hasPrefix($0.scheme) }) else { return nil }
        let authority = lower.dropFirst(scheme.utf8.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let location = authority.split(separator: "@").last ?? authority
        if location.hasPrefix("[") {
            guard let end = location.firstIndex(of: "]") else { return nil }
            name = String(location[location.index(after: location.startIndex)..<end])
            port = UInt16(location[location.index(after: end)...].dropFirst()) ?? usualPort
        } else {
            let parts = location.split(separator: ":", maxSplits: 1)
            guard let first = parts.first else { return nil }
            name = String(first)
            port = parts.count == 2 ? UInt16(parts[1]) ?? usualPort : usualPort
        }
        guard !name.isEmpty else { return nil }
    }

    /// Its addresses where no lookup is needed: of a literal address and of localhost.
    var addresses: [SocketAddress]? { SocketAddress.literals(host: name, port: port) }

    /// What libcurl has to be told so that it looks nothing up; nil for a literal address.
    func resolveEntry(_ addresses: [SocketAddress]) -> String? {
        guard name == "localhost" || self.addresses == nil else { return nil }
        // +: the entry may age, as the next transfer brings its own.
        return "+\(name):\(port):" + addresses.map(\.hostText).joined(separator: ",")
    }
}
