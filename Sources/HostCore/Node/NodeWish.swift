// SPDX-License-Identifier: Apache-2.0

/// On which Node a program runs.
public enum NodeWish: Hashable, Sendable {
    /// On whatever it finds: hostd looks at nothing.
    case any
    /// On the pin of `node.version`.
    case pinned
    /// On a pin of its own.
    case own(NodeSpecification)

    /// As it stands in a file: `false`, `true`, `22.12`.
    public var text: String {
        switch self {
        case .any: "false"
        case .pinned: "true"
        case .own(let specification): specification.text
        }
    }
}
