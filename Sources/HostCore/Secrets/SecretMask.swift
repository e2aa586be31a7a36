// SPDX-License-Identifier: Apache-2.0

/// Hides what looks like a secret in texts that are kept; docs/crashes.md lists what does.
public struct SecretMask: Hashable, Sendable {
    /// What stands in the place of a secret.
    public static let mark = "***"

    /// Shorter values are found in too many other words.
    private static let shortestValue = 6
    private static let valueLimit = 256

    /// Values that are hidden wherever they stand, the longest first.
    private let values: [[UInt8]]
    /// A private key has begun, and its end has not come.
    private var isInKey = false

    /// Hides besides, wherever they stand, the values of those entries of an environment (`NAME=value`) whose names
    /// look as if they were secret.
    public init(environment: some Sequence<String> = []) {
        var found: Set<[UInt8]> = []
        for entry in environment {
            guard let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")),
                SecretName.isSecret(variable: String(entry[..<equals]))
            else { continue }
            // A key of several lines is said line by line.
            for line in entry.utf8[equals...].dropFirst().split(separator: UInt8(ascii: "\n"))
            where line.count >= Self.shortestValue && found.count < Self.valueLimit {
                found.insert(Array(line))
            }
        }
        values = found.sorted { $0.count > $1.count }
    }

    /// A text without its secrets.
    public func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let secrets = ranges(in: bytes)
        return secrets.isEmpty ? text : String(decoding: Self.hide(secrets, in: bytes), as: UTF8.self)
    }

    /// The next line of several: what stands between the beginning and the end of a private key is hidden as a whole.
    public mutating func maskedLine(_ text: String) -> String {
        if isInKey {
            isInKey = !text.contains("-----END ")
            return Self.mark
        }
        guard text.contains("PRIVATE KEY-----"), text.contains("-----BEGIN ") else { return masked(text) }
        isInKey = !text.contains("-----END ")
        return Self.mark
    }

    /// Where secrets stand, in any order.
    private func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for value in values {
            guard let first = value.first else { continue }
            var place = 0
            while let start = bytes[place...].firstIndex(of: first) {
                let isHere = bytes[start...].starts(with: value)
                if isHere { found.append(start..<start + value.count) }
                place = start + (isHere ? value.count : 1)
            }
        }
        return found + SecretPatterns.ranges(in: bytes)
    }

    private static func hide(_ secrets: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var done = 0
        for secret in secrets.sorted(by: { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }) {
            if secret.lowerBound >= done {
                result += bytes[done..<secret.lowerBound]
                result += mark.utf8
            }
            done = max(done, secret.upperBound)
        }
        return result + bytes[done...]
    }
}
