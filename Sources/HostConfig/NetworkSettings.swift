// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// `[network]`: what is asked to see how the network does. Without probes nothing is sent, and nothing is watched.
public struct NetworkSettings: Equatable, Sendable {
    /// What is asked, in the order of the file.
    public var probes: [NetworkProbeSpecification]

    /// The settings; the defaults are those of the configuration.
    public init(probes: [NetworkProbeSpecification] = []) {
        self.probes = probes
    }
}
