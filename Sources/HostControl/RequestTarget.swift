// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The target of a request, `/v1/services/gateway/logs?lines=20`, taken apart and decoded.
nonisolated struct RequestTarget: Equatable {
    var path: [String] = []
    var query: [String: String] = [:]

    private static let partLimit = 64

    /// Takes a target apart. Fails where it is no path, a `%` is not followed by two hex digits, or a part is not text:
    /// no control characters, no broken UTF-8.
    init(_ target: String) throws(ErrorAnswer) {
        guard target.hasPrefix("/") else {
            throw ErrorAnswer("the target of a request is a path", hint: "like /v1/status")
        }
        let halves = target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        let parts = Array(halves.first ?? target.utf8[...])
            .split(separator: UInt8(ascii: "/"), maxSplits: Self.partLimit, omittingEmptySubsequences: true)
        let pairs = Array(halves.dropFirst().joined())
            .split(separator: UInt8(ascii: "&"), maxSplits: Self.partLimit, omittingEmptySubsequences: true)
        guard parts.count <= Self.partLimit, pairs.count <= Self.partLimit else {
            throw ErrorAnswer("the target of the request has more than \(Self.partLimit) parts")
        }
        for part in parts { path.append(try Self.decoded(part, plusIsSpace: false)) }
        for pair in pairs {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let key = try Self.decoded(Array(sides.first ?? pair), plusIsSpace: true)
            guard query[key] == nil else { throw ErrorAnswer("\"\(key)\" stands twice in the query", hint: "once") }
            query[key] = try Self.decoded(Array(sides.dropFirst().joined()), plusIsSpace: true)
        }
    }

    private static func decoded(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool) throws(ErrorAnswer) -> String {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                    throw ErrorAnswer("% is not followed by two hex digits in the target of the request")
                }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: decoded.append(0x20)
            default: decoded.append(byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self),
            !decoded.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { throw ErrorAnswer("the target of the request is no text", hint: "UTF-8 without control characters") }
        return text
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
