// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostNode
internal import HostWire

/// A Node as a command line names it.
enum NodeWord {
    /// What to look for; a file is read.
    static func specification(_ word: String) throws(Failure) -> NodeSpecification {
        guard let specification = NodeSpecification(word) else {
            throw .usage("\"\(CleanText.of(word))\" is no version of Node (like 22.12.0, 22, lts, lts/jod or .nvmrc)")
        }
        return specification
    }

    /// A whole version.
    static func version(_ word: String) throws(Failure) -> NodeVersion {
        guard let version = NodeVersion(word) else {
            throw .usage("\"\(CleanText.of(word))\" is no whole version of Node (like 22.12.0)")
        }
        return version
    }
}
