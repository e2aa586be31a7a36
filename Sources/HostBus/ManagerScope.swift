// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Which service manager this process belongs to.
public enum ManagerScope {
    /// Whether it is a user's own, by the cgroup: a unit of the system may run as a user too. A process that is in no
    /// unit belongs to its user's.
    public static let isUser: Bool = {
        let path = DelegatedCgroup.path(of: "self") ?? ""
        if path.contains("/user@\(getuid()).service/") { return true }
        let folders = path.split(separator: "/")
        let isInUnit = folders.first == "system.slice" || folders.contains { $0.hasSuffix(".service") }
        return getuid() != 0 && !isInUnit
    }()
}
