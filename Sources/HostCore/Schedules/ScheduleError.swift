// SPDX-License-Identifier: Apache-2.0

/// Why a text is no schedule.
public struct ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, with the part that is, and what would be right.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
