// SPDX-License-Identifier: Apache-2.0

/// How a service's output is kept.
public struct LogSpecification: Hashable, Sendable {
    /// Whether stdout and stderr share one pipe.
    public enum Streams: String, Hashable, Sendable, CaseIterable {
        /// One pipe: lines keep their order.
        case merged
        /// One pipe each, one log file each.
        case separate
    }

    /// Where the arrival times of lines stand.
    public enum Timestamps: String, Hashable, Sendable, CaseIterable {
        /// In the index beside the file, which stays byte for byte what the program wrote.
        case index
        /// Before each line of a second file as well (RFC 3339, UTC, milliseconds).
        case inline
    }

    /// What happens while the disk takes no more.
    public enum WhenFull: String, Hashable, Sendable, CaseIterable {
        /// The bytes stay in the pipe; a program that writes synchronously waits.
        case block
        /// A bounded part is kept in memory, the rest is dropped and counted.
        case drop
    }

    /// The file is rotated at the first line end after this size.
    public var maxSizeBytes: UInt64
    /// The file is rotated so long after its first byte; zero: not for its age.
    public var rotateEvery: Duration
    /// A file begins at each local calendar day.
    public var isDaily: Bool
    /// So many rotated files are kept.
    public var keep: Int
    /// Rotated files that are older are removed; zero: none is for its age.
    public var maxAge: Duration
    /// All files of the log together take no more: the oldest are removed first.
    public var totalBytes: UInt64
    /// Whether rotated files are compressed.
    public var isCompressed: Bool
    /// Whether stdout and stderr share one pipe.
    public var streams: Streams
    /// Where the arrival times of lines stand.
    public var timestamps: Timestamps
    /// Whether lines are entries of the journal as well.
    public var isForwarded: Bool
    /// What happens while the disk takes no more.
    public var whenFull: WhenFull

    /// The defaults of the configuration.
    public init(
        maxSizeBytes: UInt64 = 16 << 20, rotateEvery: Duration = .zero, isDaily: Bool = false, keep: Int = 8,
        maxAge: Duration = .seconds(14 * 86400), totalBytes: UInt64 = 1 << 30, isCompressed: Bool = true,
        streams: Streams = .merged,
        timestamps: Timestamps = .index, isForwarded: Bool = false, whenFull: WhenFull = .block
    ) {
        self.maxSizeBytes = maxSizeBytes
        self.rotateEvery = rotateEvery
        self.isDaily = isDaily
        self.keep = keep
        self.maxAge = maxAge
        self.totalBytes = totalBytes
        self.isCompressed = isCompressed
        self.streams = streams
        self.timestamps = timestamps
        self.isForwarded = isForwarded
        self.whenFull = whenFull
    }

    /// When a file gives way to a new one for its age.
    public var schedule: LogSchedule { LogSchedule(every: rotateEvery, isDaily: isDaily) }

    /// Which rotated files go.
    public var retention: LogRetention { LogRetention(keep: keep, maxAge: maxAge, totalBytes: totalBytes) }
}
