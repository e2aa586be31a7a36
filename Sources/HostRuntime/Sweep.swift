// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostBus
internal import HostConfig

/// `hostd --sweep`, which the unit runs after each end of hostd (ExecStopPost=): where hostd was killed and its unit is
/// to stay down, nobody else would end what it left running. The sweep is a hostd that adopts everything and stops it
/// in order, as SIGTERM would have done.
enum Sweep {
    private static let patienceMicroseconds: UInt64 = 2_000_000

    /// Whether there is anything to end: not after an orderly end, not before a restart, and not where services are to
    /// outlive hostd.
    static func isWanted(_ folders: Folders) -> Bool {
        guard stopsWithHostd(folders) else { return false }
        // By hand it is what a person wants.
        guard getenv("SERVICE_RESULT") != nil else { return true }
        if variable("EXIT_CODE") == "exited", variable("EXIT_STATUS") == "0" { return false }
        guard let manager = try? ServiceManager(patienceMicroseconds: patienceMicroseconds),
            let job = try? manager.jobType()
        else { return false }
        return job == "stop"
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
