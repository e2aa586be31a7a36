// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Host and port of a URL or of `host:port`.
nonisolated struct HostPart: Hashable {
    let name: String
    let port: UInt16

    /// The host of an http or https URL.
    init?(url: String) {
        let isTLS = url.hasPrefix("https://")
        guard isTLS || url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst(isTLS ? 8 : 7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let location = authority.split(separator: "@").last ?? authority
        if location.hasPrefix("["), let end = location.firstIndex(of: "]") {
            name = String(location[location.index(after: location.startIndex)..<end])
            port = UInt16(location[location.index(after: end)...].dropFirst()) ?? (isTLS ? 443 : 80)
            return
        }
        let parts = location.split(separator: ":", maxSplits: 1)
        guard let first = parts.first else { return nil }
        name = String(first)
        port = parts.count == 2 ? UInt16(parts[1]) ?? 0 : (isTLS ? 443 : 80)
    }

    /// Neither a literal address nor localhost.
    var needsLookup: Bool {
        var four = in_addr()
        var six = in6_addr()
        return name != "localhost" && inet_pton(AF_INET, name, &four) != 1 && inet_pton(AF_INET6, name, &six) != 1
    }
}
