// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// Which of the two launchers starts keepers.
extension Supervisor {
    /// By `host.launcher` and what there is. What runs already is not touched: with both it is found by the same records.
    func chooseLauncher() {
        let place = UnitPlace.choose(settings.launcher)
        guard place != units?.place else { return }
        units = nil
        if let place {
            do throws(SystemError) {
                units = try UnitStarter(loop: loop, launcher: launcher, place: place) { [weak self] in
                    self?.unitProperties(of: $0, $1, place) ?? []
                }
            } catch {
                Journal.say(.error, "\(error); hostd starts keepers itself")
            }
        }
        launcher.units = units
    }

    /// The word of the status.
    var launcherName: String { units == nil ? "direct" : "systemd" }

    private func unitProperties(
        of instance: InstanceID, _ service: ServiceSpecification, _ place: UnitPlace
    ) -> [UnitProperty] {
        let job = JobDesk.job(of: instance)
        let subject: ServiceUnit.Subject = job.map { .job(kind: jobs.board.jobs[$0]?.kind) } ?? .service
        let folder = launcher.folder(of: instance)
        var written = [folders.run, folder.records]
        if let directory = service.launch.directory { written.append(directory) }
        let node = folder.node()?.path
        return ServiceUnit(
            instance, service, subject,
            folders: .init(written: written, read: [node, policy.modelsFile.path].compactMap(\.self)),
            manager: .init(isUser: place.isUser, ownUnit: place.ownUnit, user: place.user)
        ).properties
    }
}
