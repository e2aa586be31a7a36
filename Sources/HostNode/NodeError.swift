// SPDX-License-Identifier: Apache-2.0

/// Why something about Node could not be done, for people.
public struct NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, with value and place, and what would be right.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}
