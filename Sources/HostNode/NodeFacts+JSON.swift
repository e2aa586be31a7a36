// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostWire

extension NodeFacts {
    /// Reads what `json` wrote.
    public init(json: JSON) throws(NodeError) {
        func text(_ key: String) throws(NodeError) -> String {
            guard let text = json[key]?.text else { throw NodeError("there is no \"\(key)\"") }
            return text
        }
        let versionText = try text("version")
        guard let version = NodeVersion(versionText) else { throw NodeError("\"\(versionText)\" is no version") }
        let sha256 = try text("sha256")
        guard sha256.utf8.count == 64 else { throw NodeError("\"\(sha256)\" is no SHA-256") }
        self.init(
            path: try text("path"), version: version, lts: json["lts"]?.text, abi: try text("abi"),
            architecture: try text("architecture"), platform: try text("platform"), libc: try text("libc"),
            sqlite: json["sqlite"]?.text, sha256: sha256)
    }

    /// The JSON form, as node.lock, `hostctl node list --json` and the control API have it.
    public var json: JSON {
        [
            "version": .string("\(version)"), "path": .string(path), "sha256": .string(sha256), "abi": .string(abi),
            "platform": .string(platform), "architecture": .string(architecture), "libc": .string(libc),
            "lts": JSON(lts), "sqlite": JSON(sqlite),
        ]
    }
}
