// SPDX-License-Identifier: Apache-2.0

/// What a guard says to people.
extension DiskGuard {
    /// What is wrong, with the figures: "1.2 GiB (4%) left, full in about 3 h"; empty where nothing is.
    public var trouble: String {
        guard let reading else { return "" }
        switch fault {
        case .readOnly: return "it is read-only"
        case .failing(let why): return why
        case .noRoom, nil: break
        }
        guard step > .fine else { return "" }
        var parts: [String] = []
        let room = DiskThresholds(capacityBytes: reading.capacityBytes)
        if let share = reading.inodeShare, share < reading.share, Double(reading.availableBytes) >= room.limit(step) {
            parts.append("\(reading.availableInodes) of \(reading.inodes) inodes left")
        } else {
            parts.append("\(ByteText.text(reading.availableBytes)) (\(Self.percent(reading.share))) left")
        }
        if let time = timeUntilFull, time < .seconds(48 * 3600) { parts.append("full in about \(time.roughText)") }
        return parts.joined(separator: ", ")
    }

    /// How soon it should be looked at again, where looks are `interval` apart in quiet times: sooner when it is full,
    /// later where there is plenty.
    public func pause(_ interval: Duration) -> Duration {
        guard let reading else { return interval }
        if level == .critical { return interval / 5 }
        let plenty = DiskThresholds(capacityBytes: reading.capacityBytes).limit(.warn) + 50 * 1_073_741_824
        let isPlenty = step == .fine && reading.share > 0.4 && Double(reading.availableBytes) > plenty
        return isPlenty ? interval * 3 : interval
    }

    static func percent(_ share: Double) -> String { "\(Int(share * 100))%" }
}

extension Duration {
    /// A time that nobody knows exactly: "40 min", "4 h", "3 days".
    var roughText: String {
        let minutes = max(Int((seconds / 60).rounded()), 1)
        switch minutes {
        case ..<90: return "\(minutes) min"
        case ..<(48 * 60): return "\((minutes + 30) / 60) h"
        default: return "\((minutes + 720) / 1440) days"
        }
    }
}
