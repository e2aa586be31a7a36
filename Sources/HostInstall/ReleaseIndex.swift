// SPDX-License-Identifier: Apache-2.0

public import HostCore
internal import HostWire

/// index.json of a mirror: the releases that it has.
public struct ReleaseIndex: Sendable {
    /// One release.
    public struct Release: Hashable, Sendable {
        /// Its version.
        public var version: NodeVersion
        /// The code name of its long-term support line, in lower case; nil when it has none.
        public var codename: String?
        /// The ABI of native modules; nil where the index does not say it.
        public var abi: String?
        /// The platforms that there are archives for: `linux-x64`.
        public var files: [String]

        /// Whether there is an archive for this host.
        public var isForThisHost: Bool { files.contains(Machine.node) }
    }

    /// The releases, in the order of the index.
    public let releases: [Release]

    private static let limitBytes = 8 << 20

    /// Downloads and reads it.
    public init(from mirror: Mirror) throws(InstallError) {
        let place = mirror.shown("index.json")
        guard let bytes = try mirror.bytes(of: "index.json", limitBytes: Self.limitBytes) else {
            throw .failed("\(place): there is no such file (node.mirror names a place like https://nodejs.org/dist)")
        }
        do throws(JSONError) {
            guard let list = try JSON(parsing: bytes).elements else {
                throw JSONError("a list of releases is expected")
            }
            releases = list.compactMap(Self.release)
        } catch {
            throw .failed("\(place): \(error)")
        }
    }

    private static func release(_ json: JSON) -> Release? {
        guard let version = json["version"]?.text.flatMap({ NodeVersion($0) }) else { return nil }
        return Release(
            version: version, codename: json["lts"]?.text?.lowercased(), abi: json["modules"]?.text,
            files: json["files"]?.elements?.compactMap(\.text) ?? [])
    }
}
