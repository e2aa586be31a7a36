// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Whose rights files are opened and programs are asked with.
public struct FileRights: Hashable, Sendable {
    /// User id.
    public var uid: UInt32
    /// Group id.
    public var gid: UInt32

    /// The rights of this user and group.
    public init(uid: UInt32, gid: UInt32) {
        self.uid = uid
        self.gid = gid
    }

    /// Those of nobody: for what everybody can change.
    public static let nobody = FileRights(uid: 65534, gid: 65534)

    /// Whether this process is root, and so has rights to lay down.
    public static var areRoots: Bool { geteuid() == 0 }

    /// Opens files in `body` with these rights, in this thread alone, which must not wait for others in it. Fails
    /// where this process is not root.
    public func use<Value>(_ body: () throws(SystemError) -> Value) throws(SystemError) -> Value {
        let text = "\(uid)"
        defer {
            // A thread that cannot get its rights back must not go on.
            if chost_use_own_rights() < 0 { abort() }
        }
        try check("use the rights of user", text) { chost_use_rights_of(uid, gid) }
        return try body()
    }

    /// Who besides root can change what stands at `path`, an absolute path: the owner of the first of its folders, or
    /// of the file, that is not root's; nobody where everybody or a group can write one of them. Nil when it is root
    /// alone. Links are followed, and the folders that they stand in looked at too.
    public static func changer(of path: String) throws(SystemError) -> FileRights? {
        var looked = 0
        return try changer(of: path, &looked)
    }

    private static func changer(of path: String, _ looked: inout Int) throws(SystemError) -> FileRights? {
        var place = ""
        for part in [""] + path.split(separator: "/").map(String.init) {
            looked += 1
            guard looked <= 400 else { throw SystemError(code: ELOOP, call: "look at", subject: path) }
            let folder = place.isEmpty ? "/" : place
            place = part.isEmpty ? "" : place + "/" + part
            var info = stat()
            try check("stat", place.isEmpty ? "/" : place) { lstat(place.isEmpty ? "/" : place, &info) }
            if info.st_uid != 0 { return FileRights(uid: info.st_uid, gid: info.st_gid) }
            if info.st_mode & S_IFMT == S_IFLNK {
                let target = Files.linkTarget(place) ?? ""
                let next = target.hasPrefix("/") ? target : folder + "/" + target
                if let found = try changer(of: next, &looked) { return found }
            } else if info.st_mode & 0o022 != 0, info.st_mode & S_ISVTX == 0 || info.st_mode & S_IFMT != S_IFDIR {
                return .nobody
            }
        }
        return nil
    }
}
