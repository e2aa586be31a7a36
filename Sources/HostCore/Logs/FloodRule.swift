// SPDX-License-Identifier: Apache-2.0

/// Which finished files are written out and compressed now. Of a log that finishes several within a few seconds most
/// are removed soon: the disk is not kept busy with those, and what the writer needs of it is left to him.
public struct FloodRule: Sendable {
    /// In a flood a file is left alone for so long.
    public static let span: Duration = .seconds(5)
    /// More files than these within that time are a flood.
    public static let limit = 3

    private let now: Int64
    private let isFlood: Bool

    /// The rule for files that ended at these times, at `now`, both in microseconds since 1970.
    public init(endedMicroseconds: [Int64], nowMicroseconds now: Int64) {
        self.now = now
        isFlood = endedMicroseconds.count { Self.isRecent($0, now) } > Self.limit
    }

    /// Whether the file that ended then has its turn.
    public func isDue(endedMicroseconds: Int64) -> Bool { !isFlood || !Self.isRecent(endedMicroseconds, now) }

    /// A time in the future is one before the clock was set back.
    private static func isRecent(_ ended: Int64, _ now: Int64) -> Bool {
        (now.addingClamped(-span.nanoseconds / 1000)...now).contains(ended)
    }
}
