// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// The free bytes of the last hours, for the next hostd: a forecast needs hours, and hostd may be replaced at any time.
/// They lie in the runtime folder with the epoch, since their times are those of the monotonic clock.
nonisolated struct DiskHistory: Sendable {
    private static let limitBytes = 4 << 20

    let path: String
    let epoch: String

    /// Replaces what was kept; what cannot be written is missed by nobody but a forecast.
    func write(_ series: [UInt64: [SampleSeries.Point]]) {
        var text = "epoch \(epoch)\n"
        for (device, points) in series.sorted(by: { $0.key < $1.key }) {
            text += "device \(device)\n"
            for point in points { text += "\(point.at.nanoseconds) \(UInt64(max(point.value, 0)))\n" }
        }
        try? Files.replace(path, with: text.utf8)
    }

    /// What was kept, by file system; nothing of another epoch.
    func read() -> [UInt64: SampleSeries] {
        guard let text = try? Files.readText(path, limit: Self.limitBytes) else { return [:] }
        var lines = text.split(separator: "\n")[...]
        guard lines.popFirst() == "epoch \(epoch)" else { return [:] }
        var points: [UInt64: [SampleSeries.Point]] = [:]
        var device: UInt64?
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count == 2 else { continue }
            if words[0] == "device" {
                device = UInt64(words[1])
            } else if let device, let at = Int64(words[0]), let bytes = UInt64(words[1]) {
                points[device, default: []].append(.init(at: Instant(nanoseconds: at), value: Double(bytes)))
            }
        }
        return points.mapValues { SampleSeries(goingOnFrom: $0) }
    }
}
