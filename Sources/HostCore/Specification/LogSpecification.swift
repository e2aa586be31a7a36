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

    /// The file is rotated at the first line end after this size.
    public var maxSizeBytes: UInt64
    /// So many rotated files are kept.
    public var keep: Int
    /// Whether stdout and stderr share one pipe.
    public var streams: Streams

    /// The defaults of the configuration.
    public init(maxSizeBytes: UInt64 = 16 << 20, keep: Int = 8, streams: Streams = .merged) {
        self.maxSizeBytes = maxSizeBytes
        self.keep = keep
        self.streams = streams
    }
}
