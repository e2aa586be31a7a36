// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostBus
internal import HostConfig
internal import HostLinux

/// Which service manager can start units for this hostd, and how it is reached.
struct UnitPlace: Hashable {
    /// How the manager is reached.
    let route: UnitManager.Route
    /// Whether it is a user's own.
    let isUser: Bool
    /// The unit that hostd itself is; nil where it is none.
    let ownUnit: String?

    /// Who units have to be started as, where the manager would take somebody else.
    var user: UInt32? { route == .systemBus ? getuid() : nil }

    /// By the setting `host.launcher`; nil: hostd starts keepers itself.
    static func choose(_ setting: HostSettings.Launcher) -> UnitPlace? {
        let own = ownUnit()
        switch setting {
        case .direct: return nil
        case .systemd: return UnitPlace(route: route(own), isUser: isUser(own), ownUnit: own?.name)
        case .auto:
            // The system bus may ask polkit, and refuse: only where it was asked for.
            guard let own, case .direct(let socket) = route(own), answers(socket) else { return nil }
            return UnitPlace(route: .direct(socket: socket), isUser: isUser(own), ownUnit: own.name)
        }
    }

    /// The unit that this process is the main process of, by its cgroup. Only one that the manager has started says so.
    private static func ownUnit() -> (name: String, path: String)? {
        guard getenv("INVOCATION_ID") != nil, var path = DelegatedCgroup.path(of: "self") else { return nil }
        if path.hasSuffix("/" + DelegatedCgroup.ownChild) { path.removeLast(DelegatedCgroup.ownChild.utf8.count + 1) }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return name.hasSuffix(".service") ? (name, path) : nil
    }

    private static func isUser(_ own: (name: String, path: String)?) -> Bool {
        own?.path.contains("/user@\(getuid()).service/") ?? (getuid() != 0)
    }

    private static func route(_ own: (name: String, path: String)?) -> UnitManager.Route {
        if isUser(own) {
            let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/run/user/\(getuid())"
            return .direct(socket: runtime + "/systemd/private")
        }
        return getuid() == 0 ? .direct(socket: "/run/systemd/private") : .systemBus
    }

    private static func answers(_ socket: String) -> Bool {
        (try? Sockets.connect(to: socket)) != nil
    }
}
