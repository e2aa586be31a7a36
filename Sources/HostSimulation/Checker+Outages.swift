// SPDX-License-Identifier: Apache-2.0

import HostCore

extension Checker {
    /// What a live probe misses while the network is down that the service needs is not counted against the service: a
    /// restart is never spent on an outage.
    mutating func lookAtOutage(_ view: ServiceMachine, critical: Set<ConditionKind>) {
        guard critical.contains(.network), view.specification.needs.contains(.network), case .up(let life) = view.state,
            let live = life.live
        else { return }
        let counted = live.failuresInRow
        require(counted == 0, "\(life.instance) has \(counted) failures counted while the network is down")
    }
}
