// SPDX-License-Identifier: Apache-2.0

/// An invariant that did not hold.
public struct SimulationFailure: Error, CustomStringConvertible {
    /// The seed that reproduces it.
    public let seed: UInt64
    /// What did not hold, with the service and the virtual time.
    public let message: String
    /// The last things that happened, oldest first.
    public let trace: [String]

    /// The same, for a seed that did not fail when it was run again: that is a fault of the simulation.
    var notReproduced: SimulationFailure {
        SimulationFailure(seed: seed, message: message + " (and not when it was run again)", trace: [])
    }

    /// Seed, message and trace.
    public var description: String {
        "seed \(seed): \(message)\n" + trace.map { "  " + $0 }.joined(separator: "\n")
    }
}

/// What one run did.
public struct SimulationSummary: Hashable, Sendable {
    /// Events that the machines took.
    public var events = 0
    /// Launches of instances.
    public var launches = 0
    /// Times that hostd was killed, reboots among them.
    public var hostdKills = 0
    /// Times that the host was rebooted.
    public var reboots = 0
    /// Virtual time that passed.
    public var elapsedSeconds = 0.0

    /// Nothing yet.
    public init() {}

    /// Adds what another run did.
    public mutating func add(_ other: SimulationSummary) {
        events += other.events
        launches += other.launches
        hostdKills += other.hostdKills
        reboots += other.reboots
        elapsedSeconds += other.elapsedSeconds
    }
}
