// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// The room on a disk over time, made up as disks have it: what a watch says of it is told in false alarms, or in how
/// long before the end it spoke.
public struct DiskTrace: Sendable {
    /// What happens on it, for people.
    public let name: String
    /// GiB that are available after so many minutes.
    public let available: @Sendable (_ minute: Double) -> Double
    /// When it begins to fill, in minutes; nil where it never becomes full.
    public let onset: Double?

    /// All room of the disks of `harmless` and `fills`, in GiB.
    public static let capacity = 24.0

    /// What nobody need know of: an upgrade, a backup each night, logs that are rotated every quarter of an hour, hour
    /// and two hours.
    public static let harmless: [DiskTrace] =
        [
            DiskTrace("an upgrade of 4 GiB in ten minutes") { 20 - 0.4 * min(max($0 - 300, 0), 10) },
            DiskTrace("6 GiB for two hours each night") { minute in
                let after = (minute + 1260).truncatingRemainder(dividingBy: 1440)
                return after < 60 ? 20 - after / 10 : after < 120 ? 14 : 20
            },
        ] + [15, 60, 120].map(rotation)

    /// What becomes full, at several paces; each begins after eight hours of rest.
    public static let fills: [DiskTrace] = [0.2, 1, 4, 24].map { pace in
        DiskTrace("\(pace < 1 ? "\(pace)" : "\(Int(pace))") GiB an hour", onset: 480) {
            max(20 - max($0 - 480, 0) * pace / 60, 0)
        }
    }

    private init(_ name: String, onset: Double? = nil, _ available: @escaping @Sendable (Double) -> Double) {
        self.name = name
        self.onset = onset
        self.available = available
    }

    private static func rotation(every minutes: Int) -> DiskTrace {
        let period = Double(minutes)
        return DiskTrace("4 GiB of logs, rotated every \(minutes) min") {
            10 - 4 * $0.truncatingRemainder(dividingBy: period) / period
        }
    }

    /// A look at it.
    public func reading(minute: Double) -> DiskReading {
        let gibibyte = 1_073_741_824.0
        return DiskReading(
            availableBytes: UInt64(available(minute) * gibibyte), capacityBytes: UInt64(Self.capacity * gibibyte))
    }

    /// What least squares over the last hour make of it, in hours until it is full: what a naive watch goes by. nil
    /// while there is no hour yet, or where it does not shrink.
    public func naiveHoursUntilFull(minute: Int) -> Double? {
        guard minute >= 60 else { return nil }
        let values = (minute - 60..<minute).map { available(Double($0)) }
        let mean = values.reduce(0, +) / 60
        // 17995 is the sum of the squares of the distances of 0...59 from their mean.
        let slope = values.enumerated().reduce(0) { $0 + (Double($1.offset) - 29.5) * ($1.element - mean) } / 17995
        return slope < 0 ? available(Double(minute)) / -slope / 60 : nil
    }
}
