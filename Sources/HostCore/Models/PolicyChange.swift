// SPDX-License-Identifier: Apache-2.0

/// One difference between two policies.
public struct PolicyChange: Hashable, Sendable, CustomStringConvertible {
    /// Where: `tier.agent.model`.
    public let path: String
    /// What stood there; nil: nothing.
    public let before: String?
    /// What stands there; nil: nothing.
    public let after: String?

    /// `tier.agent.model: a → b`
    public var description: String { "\(path): \(before ?? "none") → \(after ?? "none")" }

    /// All differences in the order of the policies' lines; what was taken away comes last.
    public static func between(_ before: ModelPolicy?, _ after: ModelPolicy) -> [PolicyChange] {
        let old = before?.lines ?? []
        let new = after.lines
        let was = Dictionary(old.map { ($0.path, $0.value) }) { first, _ in first }
        let known = Set(new.map(\.path))
        return new.filter { was[$0.path] != $0.value }
            .map { PolicyChange(path: $0.path, before: was[$0.path], after: $0.value) }
            + old.filter { !known.contains($0.path) }
            .map { PolicyChange(path: $0.path, before: $0.value, after: nil) }
    }
}
