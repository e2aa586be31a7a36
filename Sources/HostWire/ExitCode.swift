// SPDX-License-Identifier: Apache-2.0

/// What hostctl and `hostd --check` say to a script.
public enum ExitCode: Int32, Hashable, Sendable, CaseIterable {
    /// All is fine.
    case fine = 0
    /// It did not work.
    case failed = 1
    /// The command line is wrong.
    case usage = 2
    /// `status` found something not as it should be.
    case attention = 3
    /// There is nothing of that name.
    case noSuchName = 4
    /// hostd cannot be reached (EX_UNAVAILABLE).
    case unreachable = 69
    /// Not permitted (EX_NOPERM).
    case notPermitted = 77
    /// A file is wrong (EX_CONFIG).
    case badFile = 78
}
