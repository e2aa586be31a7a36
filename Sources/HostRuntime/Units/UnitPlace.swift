// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostBus
internal import HostConfig
internal import HostCore
internal import HostLinux

/// Which service manager can start units for this hostd, and how it is reached.
struct UnitPlace: Hashable {
    /// How the manager is reached.
    let route: UnitManager.Route
    /// Whether it is a user's own.
    let isUser: Bool
    /// The unit that hostd itself is; nil where it is none.
    let ownUnit: String?
    /// Whose units they are: another hostd on the same manager has others (UnitName.owner).
    let owner: String

    /// Who units have to be started as, where the manager would take somebody else.
    var user: UInt32? { route == .systemBus ? getuid() : nil }

    /// By the setting `host.launcher`, for a hostd with this runtime folder; nil: hostd starts keepers itself.
    /// `current` is what is in use: a manager that does not answer for a moment is still the one.
    static func choose(_ setting: HostSettings.Launcher, run: String, current: UnitPlace?) -> UnitPlace? {
        let own = ownUnit()
        let runtime = runtimeFolder()
        let place = UnitPlace(
            route: route(), isUser: ManagerScope.isUser, ownUnit: own,
            owner: UnitName.owner(run: run, standard: ["/run/hostd", runtime + "/hostd"]))
        switch setting {
        case .direct: return nil
        case .systemd: return place
        case .auto:
            if place == current { return current }
            // The system bus may ask polkit, and refuse: only where it was asked for.
            guard own != nil, case .direct(let socket) = place.route, answers(socket) else { return nil }
            return place
        }
    }

    /// The unit that this process is, by its cgroup. One that was started by hand in the cgroup of some service is
    /// none: the variable names whom the manager itself has started (systemd.exec(5)).
    private static func ownUnit() -> String? {
        guard let started = getenv("SYSTEMD_EXEC_PID"), String(cString: started) == "\(getpid())",
            var path = DelegatedCgroup.path(of: "self")
        else { return nil }
        if path.hasSuffix("/" + DelegatedCgroup.ownChild) { path.removeLast(DelegatedCgroup.ownChild.utf8.count + 1) }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return name.hasSuffix(".service") ? name : nil
    }

    private static func route() -> UnitManager.Route {
        if ManagerScope.isUser { return .direct(socket: runtimeFolder() + "/systemd/private") }
        return getuid() == 0 ? .direct(socket: "/run/systemd/private") : .systemBus
    }

    private static func runtimeFolder() -> String {
        getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/run/user/\(getuid())"
    }

    private static func answers(_ socket: String) -> Bool {
        (try? Sockets.connect(to: socket)) != nil
    }
}
