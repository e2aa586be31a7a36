// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Addresses of IPAddressAllow and SocketBindAllow.
enum UnitAddress {
    /// AF_INET and AF_INET6.
    private static let families: (v4: Int32, v6: Int32) = (2, 10)

    /// One `a(iayu)` element each: family, address, length of the prefix.
    static func prefixes(_ text: String) -> [UnitValue]? {
        let loopback6 = [UInt8](repeating: 0, count: 15) + [1]
        switch text {
        case "any": return [entry([0, 0, 0, 0], 0), entry([UInt8](repeating: 0, count: 16), 0)]
        case "localhost": return [entry([127, 0, 0, 0], 8), entry(loopback6, 128)]
        case "link-local": return [entry([169, 254, 0, 0], 16), entry(network6([0xfe, 0x80]), 64)]
        case "multicast": return [entry([224, 0, 0, 0], 4), entry(network6([0xff, 0]), 8)]
        default: break
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let bytes = parts.first.flatMap({ v4($0) ?? v6($0) }), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return [entry(bytes, UInt32(bytes.count * 8))] }
        guard let length = Digits.number(parts[1], as: UInt32.self), length <= bytes.count * 8 else { return nil }
        return [entry(bytes, length)]
    }

    private static func entry(_ bytes: [UInt8], _ length: UInt32) -> UnitValue {
        .tuple([.int32(bytes.count == 4 ? families.v4 : families.v6), .bytes(bytes), .uint32(length)])
    }

    private static func network6(_ start: [UInt8]) -> [UInt8] { start + [UInt8](repeating: 0, count: 16 - start.count) }

    private static func v4(_ text: Substring) -> [UInt8]? {
        let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map {
            Digits.number($0, as: UInt8.self)
        }
        return bytes.count == 4 && !bytes.contains(nil) ? bytes.compactMap(\.self) : nil
    }

    private static func v6(_ text: Substring) -> [UInt8]? {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, text.contains(":"), let head = groups(halves[0]) else { return nil }
        guard halves.count == 2 else { return head.count == 16 ? head : nil }
        guard let tail = groups(halves[1]), head.count + tail.count < 16 else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        guard !text.isEmpty else { return bytes }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, let last = v4(part) {
                bytes += last
            } else {
                guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit), let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
            }
        }
        return bytes
    }

    /// `(iiqq)` of "ipv4:tcp:1024-2048", "udp:53" or "any": family, protocol, how many ports, the first one.
    static func binding(_ text: String) -> UnitValue? {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false)[...]
        var (family, transport): (Int32, Int32) = (0, 0)
        if let first = parts.first, first == "ipv4" || first == "ipv6" {
            family = first == "ipv4" ? families.v4 : families.v6
            parts = parts.dropFirst()
        }
        if let next = parts.first, next == "tcp" || next == "udp" {
            transport = next == "tcp" ? 6 : 17
            parts = parts.dropFirst()
        }
        let isAny = parts.isEmpty ? family != 0 || transport != 0 : parts.count == 1 && parts.first == "any"
        if isAny { return .tuple([.int32(family), .int32(transport), .uint16(0), .uint16(0)]) }
        guard parts.count == 1, let ends = parts.first?.split(separator: "-", omittingEmptySubsequences: false),
            ends.count <= 2, let first = ends.first.flatMap({ Digits.number($0, as: UInt16.self) }),
            let last = ends.last.flatMap({ Digits.number($0, as: UInt16.self) }), first > 0, first <= last
        else { return nil }
        return .tuple([.int32(family), .int32(transport), .uint16(last - first + 1), .uint16(first)])
    }
}
