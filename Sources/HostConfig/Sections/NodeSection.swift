// SPDX-License-Identifier: Apache-2.0

/// `[node]`
enum NodeSection {
    static let section = Section(
        "node", empty: NodeSettings(),
        keys: [
            Key(
                "version", .nodeVersion, \.version, also: ["pin", "spec"], change: .inPlace,
                "The Node that services with `node = true` run on; `hostctl node pin` resolves it into node.lock."),
            Key(
                "roots", .list(of: .homePath, "folders", atMost: 64), \.roots, also: ["paths", "folders"],
                change: .inPlace, "Where installed Nodes are looked for, besides hostd's own store."),
            Key(
                "mirror", .webAddress, \.mirror, also: ["url", "dist"], change: .inPlace,
                "Where `hostctl node install` downloads from: laid out as https://nodejs.org/dist is."),
            Key(
                "keyring", .path, \.keyring, also: ["keys"], change: .inPlace,
                "A keyring of those who may sign releases; without one only the mirror vouches for what it sends."),
            Key(
                "sha256", .sha256, \.sha256, also: ["checksum", "hash"], change: .inPlace,
                "The SHA-256 of the archive to install: whatever mirror and keyring say, it must be this."),
        ])
}
