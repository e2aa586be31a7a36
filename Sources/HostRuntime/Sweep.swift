// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostBus
internal import HostConfig
internal import HostLaunch

/// `hostd --sweep`, which the unit runs after each end of hostd (ExecStopPost=): where hostd was killed and its unit is
/// to stay down, nobody else would end what it left running. The sweep is a hostd that adopts everything and stops it
/// in order, as SIGTERM would have done.
enum Sweep {
    private static let patienceMicroseconds: UInt64 = 2_000_000

    /// Whether there is anything to end: not after an orderly end that left nothing, not before a restart, and not
    /// where services are to outlive hostd (but for a host that goes down).
    static func isWanted(_ folders: Folders) -> Bool {
        // By hand it is what a person wants.
        guard getenv("SERVICE_RESULT") != nil else { return stopsWithHostd(folders) }
        // A restart may have become a stop after hostd had asked, and left everything for a next one.
        if variable("EXIT_CODE") == "exited", variable("EXIT_STATUS") == "0", !isAnythingLeft(folders) { return false }
        guard let manager = try? ServiceManager(patienceMicroseconds: patienceMicroseconds),
            let job = try? manager.jobType(), job == "stop"
        else { return false }
        let isGoingDown = (try? manager.isShuttingDown()) == true
        // The hostd that was killed may not have got to it.
        if !isGoingDown { try? manager.stopTriggers() }
        return isGoingDown || stopsWithHostd(folders)
    }

    private static func isAnythingLeft(_ folders: Folders) -> Bool {
        ((try? InstanceFolder.all(under: folders.run, jobs: folders.jobs)) ?? []).contains { $0.isLocked() }
    }

    private static func stopsWithHostd(_ folders: Folders) -> Bool {
        let loader = ConfigurationLoader(folders: folders)
        if case .success((let configuration, _)) = loader.load() { return configuration.host.stopWithHostd }
        return loader.lastAccepted()?.host.stopWithHostd ?? true
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
