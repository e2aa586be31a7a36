// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Files that belong to somebody, and go on belonging to them.
extension Files {
    /// Replaces `path` atomically, and so that it outlives power loss: the new file has the owner, the group and the
    /// rights of the old one, 0644 where there was none. A symbolic link at `path` is not followed: it is an error
    /// (ELOOP). Fails with EPERM where this process may not give the file to its owner.
    public static func replaceKeepingOwner(_ path: String, with bytes: some Collection<UInt8>) throws(SystemError) {
        let old = try status(ofFile: path)
        let slash = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
        // Hidden, and of no name that anybody reads.
        let temporary = "\(path[..<slash]).\(path[slash...]).\(getpid())"
        try put(bytes, at: path, through: temporary) { file throws(SystemError) in
            let new = try FileStatus(of: file.raw)
            if let old, old.uid != new.uid || old.gid != new.gid {
                let number = file.raw
                try check("fchown", path) { fchown(number, old.uid, old.gid) }
            }
            try file.setMode(old.map { $0.rights & 0o777 } ?? 0o644)
        }
    }

    /// Nil where nothing stands; anything but a plain file is an error.
    private static func status(ofFile path: String) throws(SystemError) -> FileStatus? {
        let found: FileStatus
        do throws(SystemError) {
            found = try FileStatus(ofLinkAt: path)
        } catch {
            guard error.code == ENOENT else { throw error }
            return nil
        }
        guard found.kind == .regular else {
            let isLink = linkTarget(path) != nil
            throw SystemError(code: isLink ? ELOOP : EINVAL, call: "replace", subject: path)
        }
        return found
    }
}
