// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What exists of one service outside hostd, and hostd's one timer for it.
final class SimulatedService {
    let index: Int
    /// What the configuration says of it, whether hostd has read that or not.
    var specification: ServiceSpecification
    /// Whether the configuration names it.
    var isConfigured = true
    /// hostd has it from the configuration alone: what the store remembers was not asked for yet.
    var isForgotten = false
    /// It is to be started when nothing of it is left that hostd does not know.
    var isStartBlocked = false
    /// Its folders in the runtime folder, oldest first.
    var instances: [SimulatedInstance] = []
    /// Its snapshot in the runtime folder, as text.
    var snapshot: String?
    /// What the store has committed.
    var committedMark: ServiceMark?
    /// What hostd has given the store and the store has not committed.
    var pendingMark: PendingMark?
    var isPortTaken = false
    /// Whether hostd knows it to run.
    var isUp = false
    /// When hostd wants to be woken for it.
    var timer: Instant?

    /// A mark on its way into the store.
    struct PendingMark {
        let mark: ServiceMark?
    }

    init(index: Int, _ specification: ServiceSpecification) {
        self.index = index
        self.specification = specification
    }

    var name: ServiceName { specification.name }

    func instance(_ id: InstanceID) -> SimulatedInstance? {
        instances.last { $0.id.launch == id.launch }
    }
}
