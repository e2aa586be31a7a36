// SPDX-License-Identifier: Apache-2.0

/// One entry in the journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). sd_journal_sendv(3) speaks
/// the same, but waits when the journal does not read.
public struct JournalEntry: Sendable {
    /// Where journald listens.
    public static let socketPath = "/run/systemd/journal/socket"
    /// Longer values are cut, so that an entry always fits into a datagram.
    private static let valueLimitBytes = 16 << 10

    /// The datagram.
    public private(set) var bytes: [UInt8] = []

    /// An entry without fields.
    public init() {}

    /// Adds a field whose value is as long as it is: for values that memory holds anyway.
    public mutating func add(_ name: String, bytes value: UnsafeRawBufferPointer) {
        bytes.reserveCapacity(bytes.count + name.utf8.count + value.count + 160)
        add(name, value, isBinary: value.contains(UInt8(ascii: "\n")))
    }

    /// Adds a field: an upper-case name, and a value that may hold anything. A name can be added twice.
    public mutating func add(_ name: String, _ value: String) {
        let value = value.utf8.prefix(Self.valueLimitBytes)
        add(name, value, isBinary: value.contains(UInt8(ascii: "\n")))
    }

    private mutating func add(_ name: String, _ value: some Collection<UInt8>, isBinary: Bool) {
        bytes += name.utf8
        if isBinary {
            bytes.append(UInt8(ascii: "\n"))
            withUnsafeBytes(of: UInt64(value.count).littleEndian) { bytes += $0 }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value
        bytes.append(UInt8(ascii: "\n"))
    }
}
