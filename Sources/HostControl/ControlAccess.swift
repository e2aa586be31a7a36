// SPDX-License-Identifier: Apache-2.0

/// Who may do what on the control socket. Root and hostd's own user may do everything.
public nonisolated struct ControlAccess: Hashable, Sendable {
    /// What a peer may do.
    public enum Right: Hashable, Sendable {
        case nothing, look, change
    }

    /// Members may change things; nil: nobody further.
    public var adminGroup: UInt32?
    /// Members may look; nil: nobody further.
    public var readGroup: UInt32?

    /// Access for members of these groups too.
    public init(adminGroup: UInt32? = nil, readGroup: UInt32? = nil) {
        self.adminGroup = adminGroup
        self.readGroup = readGroup
    }

    /// Whether anybody but root and hostd's own user may connect at all.
    public var isShared: Bool { adminGroup != nil || readGroup != nil }

    /// What a peer with these groups may do, who is neither root nor hostd's own user.
    public func right(of groups: [UInt32]) -> Right {
        if let adminGroup, groups.contains(adminGroup) { return .change }
        if let readGroup, groups.contains(readGroup) { return .look }
        return .nothing
    }
}
