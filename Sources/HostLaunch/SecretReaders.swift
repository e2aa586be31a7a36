// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// Who can read a file of secrets besides those who shall. No reason to refuse one: it may have been so for years.
public nonisolated enum SecretReaders {
    /// What is wrong with who can read `path`, which is read for a child with this identity, and what would be right.
    public static func complaint(about path: String, for identity: ChildIdentity) -> String? {
        guard case .file(let path) = SecretPlace(path), let status = try? FileStatus(at: path) else { return nil }
        if status.rights & 0o004 != 0, everybodyReaches(path) {
            return "\(path) can be read by everybody (chmod o-r \(path))"
        }
        // The groups that the child has anyway were chosen by whoever made the file.
        let trusted = Set(identity.groups + [0, identity.gid])
        guard status.rights & 0o040 != 0, !trusted.contains(status.gid) else { return nil }
        return "\(path) can be read by the group \(status.gid) (chmod g-r \(path))"
    }

    /// What stands in a folder that nobody else may enter is not read by them.
    private static func everybodyReaches(_ path: String) -> Bool {
        var folder = path[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            guard let status = try? FileStatus(at: folder.isEmpty ? "/" : String(folder)) else { return false }
            if status.rights & 0o001 == 0 { return false }
        }
        return true
    }
}
