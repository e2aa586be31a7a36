// SPDX-License-Identifier: Apache-2.0

/// What one Node binary is: what it says of itself, and where it stands.
public struct NodeFacts: Hashable, Sendable {
    /// The absolute path of the binary, links resolved.
    public var path: String
    /// Its version.
    public var version: NodeVersion
    /// The name of its line of long-term support in lower case ("jod"); nil without support.
    public var lts: String?
    /// process.versions.modules: native modules built for another number do not load.
    public var abi: String
    /// "x64", "arm64".
    public var architecture: String
    /// "linux".
    public var platform: String
    /// "glibc" or "musl".
    public var libc: String
    /// The version of SQLite that it is linked with; nil for one without.
    public var sqlite: String?
    /// SHA-256 of the binary: 64 lower-case hexadecimal digits.
    public var sha256: String

    /// Facts that are known otherwise than by asking.
    public init(
        path: String, version: NodeVersion, lts: String? = nil, abi: String, architecture: String,
        platform: String = "linux", libc: String, sqlite: String? = nil, sha256: String
    ) {
        self.path = path
        self.version = version
        self.lts = lts
        self.abi = abi
        self.architecture = architecture
        self.platform = platform
        self.libc = libc
        self.sqlite = sqlite
        self.sha256 = sha256
    }

    /// "linux-x64", with "-musl" where it is linked with that.
    public var target: String { "\(platform)-\(architecture)" + (libc == "musl" ? "-musl" : "") }
}
