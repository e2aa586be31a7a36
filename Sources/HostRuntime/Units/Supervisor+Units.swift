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
        [
            UnitProperty("Description", .string("\(instance.service), kept by hostd")),
            UnitProperty("Slice", .string(UnitName.slice(of: instance))),
            UnitProperty("Type", .string("exec")), UnitProperty("CollectMode", .string("inactive-or-failed")),
            UnitProperty("KillMode", .string("mixed")), UnitProperty("OOMPolicy", .string("continue")),
            UnitProperty("LimitNOFILE", .uint64(1_048_576)),
            UnitProperty("TasksMax", .uint64(.max)),
            UnitProperty("Before", .strings(place.ownUnit.map { [$0] } ?? [])),
        ]
    }
}
