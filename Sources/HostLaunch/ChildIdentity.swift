// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
public import HostLinux

/// Who a child runs as, resolved to numbers. Looked up before the launch, never on the loop.
public nonisolated struct ChildIdentity: Hashable, Sendable {
    /// The user, also for HOME, USER, LOGNAME and SHELL.
    public var account: UserAccount
    /// Group id.
    public var gid: UInt32
    /// Supplementary groups.
    public var groups: [UInt32]
    /// Whether the child must switch at all.
    public var switches: Bool
    /// Where it works when the configuration does not say: the user's home, or `/` where that is missing.
    public var directory: String

    /// Resolves the names of a specification. Throws text for people: `user "agentx" does not exist`.
    public static func resolve(_ specification: LaunchSpecification) throws(LaunchError) -> ChildIdentity {
        let own = getuid()
        var account = Users.account(uid: own)
        if let user = specification.user {
            guard let found = Users.account(user) else { throw LaunchError("user \"\(user)\" does not exist") }
            account = found
        }
        var gid = account.gid
        if let group = specification.group {
            guard let found = Users.groupID(group) else { throw LaunchError("group \"\(group)\" does not exist") }
            gid = found
        }
        var groups = account.groups
        if let names = specification.groups {
            groups = []
            for name in names {
                guard let found = Users.groupID(name) else { throw LaunchError("group \"\(name)\" does not exist") }
                groups.append(found)
            }
        }
        let switches = specification.user != nil || specification.group != nil || specification.groups != nil
        guard !switches || own == 0 || (account.uid == own && gid == getgid() && specification.groups == nil) else {
            let itself = Users.account(uid: own).name
            let wanted =
                specification.user.map { "user \"\($0)\"" } ?? specification.group.map { "group \"\($0)\"" } ?? "groups"
            throw LaunchError(
                "\(wanted): hostd runs as \(itself) and cannot start anything as somebody else (leave it out to run as "
                    + "\(itself), or run hostd as root)", isLasting: true)
        }
        let directory = Files.exists(account.home) ? account.home : "/"
        return ChildIdentity(
            account: account, gid: gid, groups: groups, switches: switches && own == 0, directory: directory)
    }
}

/// Why nothing could be launched, in words.
public nonisolated struct LaunchError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, with the value and place.
    public let description: String
    /// Trying again would end the same way until the configuration, or hostd itself, is another.
    public let isLasting: Bool

    /// An error that says `description`.
    public init(_ description: String, isLasting: Bool = false) {
        self.description = description
        self.isLasting = isLasting
    }
}
