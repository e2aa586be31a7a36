// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop

extension Supervisor {
    /// Where nothing was measured: nobody waits for ever, and a slow line is no failure.
    private static let usualMilliseconds = 1000.0

    /// `${net.rtt_p99_ms}`, of one target or of all.
    func roundTrip(of target: String?) -> String {
        let p99 = network.machine.targets.filter { target == nil || $0.specification.name == target }
            .compactMap { $0.window.figures(at: loop.now).p99 }.max()
        return "\(Int((p99 ?? Self.usualMilliseconds).rounded(.up)))"
    }
}
