// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop

extension Supervisor {
    /// Where nothing was measured: nobody waits for ever, and a slow line is no failure.
    private static let usualMilliseconds = 1000.0

    /// A launch with what is known of the network now.
    func filled(_ launch: LaunchSpecification) -> LaunchSpecification {
        launch.filled { target in
            let p99 = network.machine.targets.filter { target == nil || $0.specification.name == target }
                .compactMap { $0.window.figures(at: loop.now).p99 }.max()
            return "\(Int((p99 ?? Self.usualMilliseconds).rounded(.up)))"
        }
    }
}
