// SPDX-License-Identifier: Apache-2.0

/// What of the host a service may need.
public enum ConditionKind: String, Hashable, Sendable, CaseIterable {
    /// The network.
    case network
    /// Room on the disks.
    case disk
    /// Memory.
    case memory
    /// The pinned Node version.
    case node
    /// Power.
    case power
    /// hostd's own configuration.
    case config
}
