// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Whose rights are right for work in a folder that somebody else may be able to change.
public enum FolderRights {
    /// Somebody whose rights can be used, or why there is nobody.
    public enum Finding: Hashable, Sendable {
        /// This user alone decides what stands there.
        case owner(UInt32)
        /// What is wrong, and what would be right.
        case refused(String)
    }

    /// Who decides what stands in `folder`, an absolute path: the owner of the first folder or link on the way that is
    /// not root's. What lies behind that is theirs, wherever it leads: it is only looked at with their rights.
    public static func owner(of folder: String) throws(SystemError) -> Finding {
        var path = ""
        var links = 0
        var loose: String?
        var rest = folder.split(separator: "/").map(String.init)
        while true {
            let shown = path.isEmpty ? "/" : path
            var info = stat()
            try check("stat", shown) { lstat(shown, &info) }
            if info.st_uid != 0 { return .owner(info.st_uid) }
            if info.st_mode & S_IFMT == S_IFLNK {
                links += 1
                guard links < 40, let target = Files.linkTarget(path) else {
                    throw SystemError(code: ELOOP, call: "stat", subject: path)
                }
                // Root's own link, as /var/run is one.
                rest = target.split(separator: "/").map(String.init) + rest
                path = target.hasPrefix("/") ? "" : parent(of: path)
                continue
            }
            // Where others can write, they put in the way what they like; a sticky bit keeps what is root's there.
            if info.st_mode & 0o022 != 0, info.st_mode & S_ISVTX == 0 || rest.isEmpty { loose = loose ?? shown }
            guard !rest.isEmpty else { return loose.map(refusal) ?? .owner(0) }
            let name = rest.removeFirst()
            if name == ".." { path = parent(of: path) } else if name != "." { path += "/" + name }
        }
    }

    private static func refusal(_ path: String) -> Finding {
        .refused(
            "\(path) belongs to root and others can write it, so root does nothing behind it (say user = \"…\" whose "
                + "rights are to be used, or chmod go-w \(path))")
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}

extension Processes {
    /// Gives up root's rights for good: from now on this process is `account`.
    public static func become(_ account: UserAccount) throws(SystemError) {
        let groups = account.groups.isEmpty ? [account.gid] : account.groups
        try check("become", account.name) {
            chost_become(account.uid, account.gid, groups, Int32(groups.count))
        }
    }
}
