// SPDX-License-Identifier: Apache-2.0

/// Lines that are lost because a disk took no more (`when_full = "drop"`).
public struct Loss: Hashable, Sendable {
    /// Line ends among the lost bytes; a line whose end never came counts, too.
    public var lines: Int
    /// The lost bytes, line ends included.
    public var bytes: Int
    /// When the first of them had arrived, in microseconds since 1970.
    public var fromMicroseconds: Int64
    /// When the last of them had arrived, in microseconds since 1970.
    public var toMicroseconds: Int64

    /// Describes a loss.
    public init(lines: Int, bytes: Int, fromMicroseconds: Int64, toMicroseconds: Int64) {
        self.lines = lines
        self.bytes = bytes
        self.fromMicroseconds = fromMicroseconds
        self.toMicroseconds = toMicroseconds
    }

    /// "3 lines (120 bytes) were lost between 2026-05-18T09:30:00.125Z and 2026-05-18T09:31:00.000Z".
    public var text: String {
        "\(lines) line\(lines == 1 ? "" : "s") (\(bytes) bytes) \(lines == 1 ? "was" : "were") lost between "
            + "\(Stamp.text(fromMicroseconds)) and \(Stamp.text(toMicroseconds))"
    }
}
