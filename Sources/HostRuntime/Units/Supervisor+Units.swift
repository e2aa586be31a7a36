// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// Which of the two launchers starts keepers.
extension Supervisor {
    /// By `host.launcher` and what there is. What runs already is not touched: with both it is found by the same
    /// records.
    func chooseLauncher(isFirst: Bool = false) {
        let place = UnitPlace.choose(settings.launcher, run: folders.run, current: units?.place)
        guard isFirst || place != units?.place else { return }
        if !isFirst {
            Journal.say(.notice, "from now on programs are started \(place == nil ? "directly" : "in units")")
        }
        units = nil
        if let place {
            do throws(SystemError) {
                units = try UnitStarter(loop: loop, launcher: launcher, place: place) { [weak self] in
                    self?.unitProperties($0, place) ?? []
                }
            } catch {
                Journal.say(.error, "\(error); hostd starts keepers itself")
            }
        }
        launcher.units = units
    }

    /// The word of the status.
    var launcherName: String { units == nil ? "direct" : "systemd" }

    private func unitProperties(_ launch: UnitStarter.Wanted, _ place: UnitPlace) -> [UnitProperty] {
        let job = JobDesk.job(of: launch.instance)
        let node = launcher.folder(of: launch.instance).node()?.path
        return ServiceUnit(
            launch.instance, launch.service, job.map { .job(kind: jobs.board.jobs[$0]?.kind) } ?? .service,
            folders: ServiceUnit.Folders(
                of: folders, directory: launch.directory,
                read: [node, policy.modelsFile.path].compactMap(\.self)),
            manager: ServiceUnit.Manager(isUser: place.isUser, ownUnit: place.ownUnit, user: place.user)
        ).properties
    }
}

nonisolated extension ServiceUnit.Folders {
    /// What keeper and program need of hostd's `folders`, and the program's own.
    init(of folders: Folders, directory: String?, read: [String] = []) {
        // All of the host is no folder of the program's own.
        let own = directory == "/" ? nil : directory
        self.init(written: [folders.run, folders.state] + [own].compactMap(\.self), read: read)
    }
}
