// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// One file, folder or link in a folder of ours and below it.
public struct TreeEntry: Hashable, Sendable {
    /// What it is.
    public enum Kind: Hashable, Sendable {
        case file, folder, link, other
    }

    /// Its path below the folder.
    public let path: String
    /// What it is; a link is not followed.
    public let kind: Kind
    /// Whether its owner may execute it.
    public let isExecutable: Bool
}

/// Folders of ours with all that is in them. No link is followed.
public enum FileTree {
    /// Everything below `folder`, folders before what is in them, sorted by name; more than `limit` entries are an
    /// error (EFBIG).
    public static func entries(of folder: String, limit: Int = 100_000) throws(SystemError) -> [TreeEntry] {
        var found: [TreeEntry] = []
        try gather(folder, "", &found, limit)
        return found
    }

    private static func gather(
        _ root: String, _ folder: String, _ found: inout [TreeEntry], _ limit: Int
    ) throws(SystemError) {
        for name in try Files.list(folder.isEmpty ? root : "\(root)/\(folder)") {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            var info = stat()
            try check("stat", "\(root)/\(path)") { lstat("\(root)/\(path)", &info) }
            let kind: TreeEntry.Kind =
                switch info.st_mode & S_IFMT {
                case S_IFREG: .file
                case S_IFDIR: .folder
                case S_IFLNK: .link
                default: .other
                }
            guard found.count < limit else { throw SystemError(code: EFBIG, call: "list", subject: root) }
            found.append(TreeEntry(path: path, kind: kind, isExecutable: info.st_mode & S_IXUSR != 0))
            if kind == .folder { try gather(root, path, &found, limit) }
        }
    }

    /// Removes `folder` and everything in it, read-only folders too; one that is not there is fine.
    public static func remove(_ folder: String) throws(SystemError) {
        var info = stat()
        guard lstat(folder, &info) == 0 else { return }
        guard info.st_mode & S_IFMT == S_IFDIR else { return try Files.remove(folder) }
        if info.st_mode & S_IRWXU != S_IRWXU { try Files.setMode(folder, 0o700) }
        for name in try Files.list(folder) { try remove("\(folder)/\(name)") }
        try check("rmdir", folder) { rmdir(folder) }
    }

    /// Lets two folders of one file system change places, at once.
    public static func exchange(_ one: String, _ other: String) throws(SystemError) {
        try check("exchange", one) { chost_exchange(one, other) }
    }
}
