// SPDX-License-Identifier: Apache-2.0

/// Which rotated files have to go.
public struct LogRetention: Hashable, Sendable {
    /// A rotated file.
    public struct File: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What it takes, in bytes, with its index.
        public var sizeBytes: UInt64
        /// When it was finished, in microseconds since 1970.
        public var endedMicroseconds: Int64

        /// Describes a file.
        public init(name: String, sizeBytes: UInt64, endedMicroseconds: Int64) {
            self.name = name
            self.sizeBytes = sizeBytes
            self.endedMicroseconds = endedMicroseconds
        }
    }

    /// So many are kept.
    public var keep: Int
    /// Older ones go; zero: none does for its age.
    public var maxAge: Duration
    /// All files, with the one that is being written, take no more.
    public var totalBytes: UInt64

    /// Limits.
    public init(keep: Int = .max, maxAge: Duration = .zero, totalBytes: UInt64 = .max) {
        self.keep = keep
        self.maxAge = maxAge
        self.totalBytes = totalBytes
    }

    /// How many of `files`, oldest first, have to go: the first so many. `otherBytes` are those of the file that is
    /// being written.
    public func surplus(_ files: [File], otherBytes: UInt64 = 0, nowMicroseconds now: Int64) -> Int {
        var taken = otherBytes
        var kept = 0
        for file in files.reversed() {
            taken = taken.addingReportingOverflow(file.sizeBytes).overflow ? .max : taken + file.sizeBytes
            guard kept < keep, taken <= totalBytes, !isOld(file, now) else { break }
            kept += 1
        }
        return files.count - kept
    }

    /// When the oldest of these files has to go for its age, in microseconds since 1970; nil: none has.
    public func nextExpiry(_ files: [File]) -> Int64? {
        guard maxAge > .zero, let oldest = files.first else { return nil }
        return oldest.endedMicroseconds.addingClamped(maxAge.nanoseconds / 1000)
    }

    private func isOld(_ file: File, _ now: Int64) -> Bool {
        maxAge > .zero && file.endedMicroseconds.addingClamped(maxAge.nanoseconds / 1000) <= now
    }
}
