// SPDX-License-Identifier: Apache-2.0

/// One look at a file system.
public struct DiskReading: Hashable, Sendable {
    /// What stands in the way of writing to it.
    public enum Fault: Hashable, Sendable {
        /// It is mounted read-only, and it was not always so, or must not be.
        case readOnly
        /// Writing failed, or it does not answer: why.
        case failing(String)
        /// Writing failed for lack of room (ENOSPC, EDQUOT).
        case noRoom
    }

    /// Bytes that a user like hostd may still write (f_bavail).
    public var availableBytes: UInt64
    /// All bytes for users like hostd: used and available, as df(1) counts them.
    public var capacityBytes: UInt64
    /// Inodes left (f_favail).
    public var availableInodes: UInt64
    /// All inodes; 0 where the file system has no fixed number of them.
    public var inodes: UInt64
    /// What stands in the way.
    public var fault: Fault?
    /// The ballast that lies on it now, in bytes.
    public var ballastBytes: UInt64

    /// A reading.
    public init(
        availableBytes: UInt64, capacityBytes: UInt64, availableInodes: UInt64 = 0, inodes: UInt64 = 0,
        fault: Fault? = nil, ballastBytes: UInt64 = 0
    ) {
        self.availableBytes = availableBytes
        self.capacityBytes = capacityBytes
        self.availableInodes = availableInodes
        self.inodes = inodes
        self.fault = fault
        self.ballastBytes = ballastBytes
    }

    /// The share of the bytes that is left, 0 to 1.
    public var share: Double {
        capacityBytes == 0 ? 1 : min(Double(availableBytes) / Double(capacityBytes), 1)
    }

    /// The share of the inodes that is left; nil where there is no fixed number.
    public var inodeShare: Double? {
        inodes == 0 ? nil : min(Double(availableInodes) / Double(inodes), 1)
    }
}
