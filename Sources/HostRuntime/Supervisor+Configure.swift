// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// A new configuration while hostd runs.
extension Supervisor {
    /// A service that is no longer configured is forgotten; what the store knows of it stays, should it come back.
    func removed(_ name: ServiceName) {
        snapshots.remove(name)
        timers[name] = nil
        identities[name] = nil
        history.add(host: "removed", "\(name) is no longer configured")
    }
}
