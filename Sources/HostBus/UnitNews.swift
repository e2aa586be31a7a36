// SPDX-License-Identifier: Apache-2.0

/// What the service manager says by itself.
public enum UnitNews: Hashable, Sendable {
    /// It can be asked now.
    case up
    /// It cannot any more; questions that were open have been answered with a failure.
    case lost(String)
    /// The job of a unit is over: "done", "failed", "canceled", "timeout", "dependency", "skipped".
    case jobOver(unit: String, result: String)
    /// A unit has ended otherwise than well: "exit-code", "oom-kill"…, with the status of its main process.
    case ended(unit: String, result: String, status: Int32)
    /// A unit is not there any more.
    case gone(unit: String)
}

/// A unit that is loaded.
public struct ListedUnit: Hashable, Sendable {
    /// Its full name.
    public let name: String
    /// "active", "activating", "deactivating", "inactive", "failed"…
    public let activeState: String
}
