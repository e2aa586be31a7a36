// SPDX-License-Identifier: Apache-2.0

/// A version of Node: 22.12.0, or 25.0.0-rc.1.
public struct NodeVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Major number.
    public var major: Int
    /// Minor number.
    public var minor: Int
    /// Patch number.
    public var patch: Int
    /// What follows a `-`: `rc.1`, `nightly20260101abc`; empty for a release.
    public var prerelease: String

    /// A version of these parts.
    public init(_ major: Int, _ minor: Int, _ patch: Int, prerelease: String = "") {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.prerelease = prerelease
    }

    /// Reads "v22.12.0" or "22.12.0", nothing shorter. What follows a `+` says nothing of the version and is dropped.
    public init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        if rest.hasPrefix("v") { rest.removeFirst() }
        if let plus = rest.firstIndex(of: "+") { rest = rest[..<plus] }
        var prerelease: Substring = ""
        if let dash = rest.firstIndex(of: "-") {
            prerelease = rest[rest.index(after: dash)...]
            guard !prerelease.isEmpty, prerelease.utf8.allSatisfy(Self.isPrereleaseByte) else { return nil }
            rest = rest[..<dash]
        }
        let numbers = rest.split(separator: ".", omittingEmptySubsequences: false).map { Self.number($0) }
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        self.init(major, minor, patch, prerelease: String(prerelease))
    }

    /// A number as versions have it: digits only, at most nine.
    static func number(_ text: some StringProtocol) -> Int? {
        let isNumber = (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
        return isNumber ? Int(text) : nil
    }

    private static func isPrereleaseByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// "22.12.0".
    public var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
    }

    /// "v22.12.0", as folders and archives are named.
    public var tag: String { "v\(self)" }

    /// Before all but numbers a prerelease comes before its release, and its parts are compared one by one (semver.org,
    /// 11).
    public static func < (left: NodeVersion, right: NodeVersion) -> Bool {
        let numbers = ((left.major, left.minor, left.patch), (right.major, right.minor, right.patch))
        if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        let parts = (left.prerelease.split(separator: "."), right.prerelease.split(separator: "."))
        for (one, other) in zip(parts.0, parts.1) where one != other {
            switch (number(one), number(other)) {
            case (let one?, let other?): return one < other
            case (.some, nil): return true
            case (nil, .some): return false
            case (nil, nil): return one.utf8.lexicographicallyPrecedes(other.utf8)
            }
        }
        return parts.0.count < parts.1.count
    }
}
