// SPDX-License-Identifier: Apache-2.0

/// How an instance is asked to end, and what happens when it does not.
public struct StopSpecification: Hashable, Sendable {
    /// Whom the stop signal goes to.
    public enum Target: String, Hashable, Sendable, CaseIterable {
        /// The main process alone, which then ends its own children.
        case main
        /// The process group of the main process.
        case group
    }

    /// The signal number, SIGTERM by default.
    public var signal: Int32
    /// A command that asks for the end instead of the signal; when it fails the signal is sent after all.
    public var command: [String]?
    /// Whom it goes to.
    public var target: Target
    /// Time between the stop signal and SIGKILL for all of the tree.
    public var grace: Duration
    /// Time between SIGTERM and SIGKILL for what the main process leaves behind.
    public var leftovers: Duration

    /// The defaults of the configuration.
    public init(
        signal: Int32 = 15, command: [String]? = nil, target: Target = .main, grace: Duration = .seconds(30),
        leftovers: Duration = .seconds(5)
    ) {
        self.signal = signal
        self.command = command
        self.target = target
        self.grace = grace
        self.leftovers = leftovers
    }
}
