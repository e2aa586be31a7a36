// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Where hostd keeps the Nodes that it installed: `STATE/node/v24.16.0/bin/node`. Always one of the roots.
public struct NodeStore: Hashable, Sendable {
    /// The folder that holds them.
    public let path: String

    /// The store in hostd's state folder.
    public init(state: String) {
        path = state + "/node"
    }

    /// The folder of a version.
    public func folder(of version: NodeVersion) -> String { "\(path)/\(version.tag)" }

    /// The binary of a version.
    public func binary(of version: NodeVersion) -> String { folder(of: version) + "/bin/node" }
}
