// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// `[node]`: which Node everything runs on, and where Nodes are found and come from.
public struct NodeSettings: Equatable, Sendable {
    /// What is wanted; nil leaves it to `hostctl node pin`.
    public var version: NodeSpecification?
    /// Folders that Nodes are looked for in, besides hostd's own store; `~` is a home.
    public var roots: [String]
    /// Where Nodes are downloaded from.
    public var mirror: String
    /// The OpenPGP keys of those who may sign releases; nil: only the mirror vouches for what it sends.
    public var keyring: String?
    /// The SHA-256 that the archive must have, whatever the mirror says; nil: what the mirror says.
    public var sha256: String?

    /// Where Nodes are looked for unless the configuration says it.
    public static let usualRoots = [
        "/usr/local", "/usr", "/opt", "/opt/node", "~/.nvm", "~/.local/share/fnm", "~/.volta", "~/.local/share/mise",
        "~/.asdf",
    ]

    /// The settings; the defaults are those of the configuration.
    public init(
        version: NodeSpecification? = nil, roots: [String] = NodeSettings.usualRoots,
        mirror: String = "https://nodejs.org/dist", keyring: String? = nil, sha256: String? = nil
    ) {
        self.version = version
        self.roots = roots
        self.mirror = mirror
        self.keyring = keyring
        self.sha256 = sha256
    }
}
