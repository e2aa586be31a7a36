// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Who may be able to write what hostd believes. A file that anybody else can write is nobody's word.
public struct Trust: Hashable, Sendable {
    /// The users who may own it.
    public var owners: Set<UInt32>
    /// The group that may write it, besides its owner.
    public var group: UInt32?

    /// Trusts these owners and, if given, this group.
    public init(owners: Set<UInt32>, group: UInt32? = nil) {
        self.owners = owners
        self.group = group
    }

    /// Files that decide what hostd does: root's and its own. A user's own group is that user alone on most hosts, and
    /// their umask lets it write.
    public static var ofOwnFiles: Trust { Trust(owners: [0, getuid()], group: getuid() == 0 ? nil : getegid()) }

    /// What is wrong with who can write `path`, and what would be right; nil when it can be trusted.
    public func complaint(about status: FileStatus, at path: String) -> String? {
        guard owners.contains(status.uid) else {
            let right = owners.sorted().map(String.init).joined(separator: " or ")
            return "\(path) belongs to uid \(status.uid) (it must belong to uid \(right): chown it)"
        }
        let writers = status.rights & 0o022
        if writers & 0o002 != 0 { return "\(path) can be written by others (chmod go-w \(path))" }
        if writers & 0o020 != 0, status.gid != group {
            return "\(path) can be written by the group \(status.gid) (chmod g-w \(path))"
        }
        return nil
    }

    /// The same for what stands at `path`; nil also when nothing does.
    public func complaint(at path: String) -> String? {
        (try? FileStatus(at: path)).flatMap { complaint(about: $0, at: path) }
    }
}
