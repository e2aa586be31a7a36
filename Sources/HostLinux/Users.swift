// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An entry of the user database with its groups.
public struct UserAccount: Hashable, Sendable {
    /// Login name; the number where there is no entry.
    public var name: String
    /// User id.
    public var uid: UInt32
    /// Primary group id.
    public var gid: UInt32
    /// All groups that the group database gives the user.
    public var groups: [UInt32]
    /// Home folder.
    public var home: String
    /// Login shell.
    public var shell: String
}

/// Looking up names. These calls may ask the network (NSS): for the Worker, or before the loop runs.
public enum Users {
    /// The account of a name or a number; nil when there is none of that name. A number needs no entry.
    public static func account(_ text: String) -> UserAccount? {
        if let entry = entry({ getpwnam_r(text, $0, $1, $2, $3) }) { return entry }
        guard let uid = UInt32(text) else { return nil }
        return account(uid: uid)
    }

    /// The account of a number, made up where the database has none.
    public static func account(uid: UInt32) -> UserAccount {
        entry { getpwuid_r(uid, $0, $1, $2, $3) }
            ?? UserAccount(name: "\(uid)", uid: uid, gid: uid, groups: [uid], home: "/", shell: "/bin/sh")
    }

    /// The group id of a name or a number; nil when there is none.
    public static func groupID(_ text: String) -> UInt32? {
        var storage = group()
        var found: UnsafeMutablePointer<group>?
        let number = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65536) { buffer -> UInt32? in
            guard let base = buffer.baseAddress, getgrnam_r(text, &storage, base, 65536, &found) == 0 else {
                return nil
            }
            return found?.pointee.gr_gid
        }
        return number ?? UInt32(text)
    }

    /// The people of this host's own database, below `root`, who may have services of their own: without asking the
    /// network, and without their groups.
    public static func local(root: String = "") -> [UserAccount] {
        let firstOfPeople: UInt32 = 1000
        let nobody: UInt32 = 65534
        let text = (try? Files.readText(root + "/etc/passwd", limit: 1 << 20)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count > 6, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]),
                uid == 0 || uid >= firstOfPeople, uid != nobody
            else { return nil }
            return UserAccount(
                name: fields[0], uid: uid, gid: gid, groups: [gid], home: fields[5], shell: fields[6])
        }
    }

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func entry(_ lookup: Lookup) -> UserAccount? {
        var storage = passwd()
        var found: UnsafeMutablePointer<passwd>?
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 65536) { buffer in
            guard let base = buffer.baseAddress, lookup(&storage, base, 65536, &found) == 0, let found else {
                return nil
            }
            let entry = found.pointee
            let name = String(cString: entry.pw_name)
            return UserAccount(
                name: name, uid: entry.pw_uid, gid: entry.pw_gid, groups: groups(of: name, primary: entry.pw_gid),
                home: String(cString: entry.pw_dir), shell: String(cString: entry.pw_shell))
        }
    }

    private static func groups(of name: String, primary: UInt32) -> [UInt32] {
        var count: Int32 = 1024
        return [UInt32](unsafeUninitializedCapacity: Int(count)) { buffer, used in
            used = getgrouplist(name, primary, buffer.baseAddress, &count) < 0 ? 0 : Int(count)
        }
    }
}
