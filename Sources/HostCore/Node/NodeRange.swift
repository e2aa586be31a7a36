// SPDX-License-Identifier: Apache-2.0

/// A range of versions as package.json writes it: `>=24.16.0 <25 || >=26.1.0`, `^22.12`, `~20.1`, `18.x`, `20 - 22`.
/// The rules are those of npm's semver, prereleases included: one of them is in a range only when the range names a
/// prerelease of the same numbers.
public struct NodeRange: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let description: String
    /// All comparators of one of these must hold.
    private let alternatives: [[Comparator]]

    private struct Comparator: Hashable {
        enum Relation: Hashable { case less, lessOrEqual, greater, greaterOrEqual, equal }

        let relation: Relation
        let version: NodeVersion

        func holds(for other: NodeVersion) -> Bool {
            switch relation {
            case .less: other < version
            case .lessOrEqual: other <= version
            case .greater: other > version
            case .greaterOrEqual: other >= version
            case .equal: other == version
            }
        }
    }

    /// A version of which the end may be missing, or `x` or `*`.
    private struct Partial {
        var major: Int?
        var minor: Int?
        var patch: Int?
        var prerelease = ""

        init?(_ text: Substring) {
            var rest = text
            while let first = rest.first, first == "v" || first == "=" { rest.removeFirst() }
            if let whole = NodeVersion(rest) {
                (major, minor, patch, prerelease) = (whole.major, whole.minor, whole.patch, whole.prerelease)
                return
            }
            let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 3 else { return nil }
            var numbers: [Int?] = []
            for part in parts {
                if part == "x" || part == "X" || part == "*" || (part.isEmpty && parts.count == 1) {
                    numbers.append(nil)
                } else {
                    guard let number = NodeVersion.number(part) else { return nil }
                    numbers.append(number)
                }
            }
            major = numbers[0]
            minor = major == nil || numbers.count < 2 ? nil : numbers[1]
            patch = minor == nil || numbers.count < 3 ? nil : numbers[2]
        }

        /// The lowest version that it may mean.
        var least: NodeVersion { NodeVersion(major ?? 0, minor ?? 0, patch ?? 0, prerelease: prerelease) }

        /// The first version above all that it may mean; nil where there is none.
        var above: NodeVersion? {
            guard let major else { return nil }
            guard let minor else { return NodeVersion(major + 1, 0, 0) }
            guard let patch else { return NodeVersion(major, minor + 1, 0) }
            return NodeVersion(major, minor, patch + 1)
        }
    }

    /// Reads a range; nil when it is none.
    public init?(_ text: some StringProtocol) {
        let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard trimmed.utf8.count <= 512 else { return nil }
        var alternatives: [[Comparator]] = []
        let parts = trimmed.split(separator: "|", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            // `||` has an empty part in its middle.
            if !index.isMultiple(of: 2) {
                guard part.isEmpty, index + 1 < parts.count else { return nil }
            } else {
                guard let comparators = Self.comparators(part) else { return nil }
                alternatives.append(comparators)
            }
        }
        description = trimmed
        self.alternatives = alternatives
    }

    /// Whether `version` is in the range.
    public func contains(_ version: NodeVersion) -> Bool {
        alternatives.contains { comparators in
            guard comparators.allSatisfy({ $0.holds(for: version) }) else { return false }
            guard !version.prerelease.isEmpty else { return true }
            return comparators.contains {
                !$0.version.prerelease.isEmpty
                    && ($0.version.major, $0.version.minor, $0.version.patch)
                        == (version.major, version.minor, version.patch)
            }
        }
    }

    private static func comparators(_ text: Substring) -> [Comparator]? {
        let words = joined(text.split(separator: " "))
        if words.count == 3, words[1] == "-" {
            guard let from = Partial(words[0]), let to = Partial(words[2]) else { return nil }
            let start = [Comparator(relation: .greaterOrEqual, version: from.least)]
            guard to.patch == nil else { return start + [Comparator(relation: .lessOrEqual, version: to.least)] }
            return start + (to.above.map { [Comparator(relation: .less, version: $0)] } ?? [])
        }
        var result: [Comparator] = []
        for word in words {
            guard let comparators = comparators(of: word) else { return nil }
            result += comparators
        }
        return result
    }

    /// Joins signs that stand alone to what follows: `>= 22`.
    private static func joined(_ words: [Substring]) -> [Substring] {
        var result: [Substring] = []
        for word in words {
            if let last = result.last, ["<", "<=", ">", ">=", "=", "^", "~", "~>"].contains(last) {
                result[result.count - 1] = Substring(last + word)
            } else {
                result.append(word)
            }
        }
        return result
    }

    private static func comparators(of word: Substring) -> [Comparator]? {
        for sign in ["<=", ">=", "~>", "<", ">", "^", "~"] where word.hasPrefix(sign) {
            return Partial(word.dropFirst(sign.count)).flatMap { comparators(sign, $0) }
        }
        return Partial(word).flatMap { comparators("", $0) }
    }

    private static func comparators(_ sign: String, _ partial: Partial) -> [Comparator]? {
        guard let major = partial.major else { return sign == "<" || sign == ">" ? nil : [] }
        let least = partial.least
        let above = partial.above ?? least
        let from = Comparator(relation: .greaterOrEqual, version: least)
        switch sign {
        case "<": return [Comparator(relation: .less, version: least)]
        case "<=" where partial.patch == nil: return [Comparator(relation: .less, version: above)]
        case "<=": return [Comparator(relation: .lessOrEqual, version: least)]
        case ">" where partial.patch == nil: return [Comparator(relation: .greaterOrEqual, version: above)]
        case ">": return [Comparator(relation: .greater, version: least)]
        case ">=": return [from]
        case "^":
            let end: NodeVersion =
                major > 0 || partial.minor == nil
                ? NodeVersion(major + 1, 0, 0)
                : least.minor > 0 || partial.patch == nil ? NodeVersion(0, least.minor + 1, 0) : above
            return [from, Comparator(relation: .less, version: end)]
        case "~", "~>":
            let end: NodeVersion = partial.minor.map { NodeVersion(major, $0 + 1, 0) } ?? NodeVersion(major + 1, 0, 0)
            return [from, Comparator(relation: .less, version: end)]
        default:
            if partial.patch != nil { return [Comparator(relation: .equal, version: least)] }
            return [from, Comparator(relation: .less, version: above)]
        }
    }
}
