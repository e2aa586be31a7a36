// SPDX-License-Identifier: Apache-2.0

/// Counts of bytes for people: "812 KiB", "3.4 GiB".
public enum ByteText {
    private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

    /// The count with at most one decimal, rounded down.
    public static func text(_ bytes: UInt64) -> String {
        var unit = 0
        while unit < units.count - 1, bytes >> (10 * UInt64(unit + 1)) > 0 { unit += 1 }
        let shift = 10 * UInt64(unit)
        let whole = bytes >> shift
        guard unit > 0, whole < 10 else { return "\(whole) \(units[unit])" }
        let tenths = (((bytes >> (shift - 10)) & 1023) * 10) >> 10
        return tenths == 0 ? "\(whole) \(units[unit])" : "\(whole).\(tenths) \(units[unit])"
    }
}
