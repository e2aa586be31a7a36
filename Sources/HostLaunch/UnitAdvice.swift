// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostLinux

/// What people are told of a unit of systemd that is in the way. Looks users up: for the Worker.
public nonisolated enum UnitAdvice {
    /// "openclaw-gateway.service, a unit of user agent".
    public static func name(_ unit: SystemdUnit) -> String {
        switch unit.manager {
        case .system: unit.name
        case .user(let uid): "\(unit.name), a unit of user \(Users.account(uid: uid).name)"
        case .everyUser: "\(unit.name), a unit of every user"
        }
    }

    /// What takes it over and what ends it, as commands to type; nil for what is neither a service nor anybody's else.
    public static func commands(_ unit: SystemdUnit) -> String? {
        guard unit.name.hasSuffix(".service"), !unit.name.hasPrefix("hostd") else { return nil }
        switch unit.manager {
        case .system: return both("", unit.name, "")
        case .user(let uid) where uid == getuid(): return both("", unit.name, "--user ")
        case .user(let uid):
            let name = Users.account(uid: uid).name
            return both(" --user \(name)", unit.name, "--user --machine=\(name)@ ")
        case .everyUser: return "`systemctl --global disable \(unit.name)` ends that"
        }
    }

    private static func both(_ adopting: String, _ name: String, _ managing: String) -> String {
        "`hostctl adopt \(name)\(adopting)` takes it over, or `systemctl \(managing)disable --now \(name)` ends it"
    }
}
