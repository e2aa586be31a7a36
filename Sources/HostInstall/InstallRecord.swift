// SPDX-License-Identifier: Apache-2.0

public import HostCore
internal import HostLinux
public import HostWire

/// Who says that an archive is the right one.
public enum Voucher: Hashable, Sendable {
    /// The mirror that it came from, and nobody else.
    case mirror
    /// Who signed the mirror's list, by the whole fingerprint of the key.
    case signer(fingerprint: String)
    /// The hash in the configuration.
    case configuration

    /// In a word: "mirror", "configuration", or the fingerprint.
    public var text: String {
        switch self {
        case .mirror: "mirror"
        case .signer(let fingerprint): fingerprint
        case .configuration: "configuration"
        }
    }
}

/// What is kept of an installation, in the folder of the Node itself.
public struct InstallRecord: Hashable, Sendable {
    /// The version.
    public var version: NodeVersion
    /// The name of the archive.
    public var archive: String
    /// SHA-256 of the archive.
    public var archiveSHA256: String
    /// SHA-256 of bin/node.
    public var binarySHA256: String
    /// The ABI of native modules.
    public var abi: String
    /// The mirror that it came from.
    public var mirror: String
    /// Who said that it is the right one: see `Voucher.text`.
    public var vouchedBy: String
    /// When it was installed.
    public var installedAt: WallTime

    /// The name of its file in the folder of the Node.
    static let fileName = "hostd-install.json"
    /// The hashes of all files, as sha256sum writes and checks them.
    static let hashesName = "hostd-files.sha256"

    /// The JSON form.
    public var json: JSON {
        [
            "version": .string("\(version)"), "archive": .string(archive), "archive_sha256": .string(archiveSHA256),
            "binary_sha256": .string(binarySHA256), "abi": .string(abi), "mirror": .string(mirror),
            "vouched_by": .string(vouchedBy), "installed_at": .string(installedAt.text),
        ]
    }

    /// Reads that of the Node in `folder`; nil when there is none, or none that can be read.
    static func read(in folder: String) -> InstallRecord? {
        guard let bytes = try? Files.read("\(folder)/\(fileName)", limit: 64 << 10),
            let json = try? JSON(parsing: bytes), let version = json["version"]?.text.flatMap({ NodeVersion($0) }),
            let archive = json["archive"]?.text, let archiveSHA256 = json["archive_sha256"]?.text,
            let binarySHA256 = json["binary_sha256"]?.text, let abi = json["abi"]?.text,
            let mirror = json["mirror"]?.text, let vouchedBy = json["vouched_by"]?.text,
            let installedAt = json["installed_at"]?.text.flatMap({ WallTime($0) })
        else { return nil }
        return InstallRecord(
            version: version, archive: archive, archiveSHA256: archiveSHA256, binarySHA256: binarySHA256, abi: abi,
            mirror: mirror, vouchedBy: vouchedBy, installedAt: installedAt)
    }
}
