// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostSimulation

/// The watch over a disk beside two plain ones: 85 % used, and a straight line through the last hour.
enum DiskJudgement {
    private static let days = 3

    /// When each of them spoke first, in minutes, and how often it began to.
    private struct Verdicts {
        var guarded = Alarm()
        var used = Alarm()
        var trend = Alarm()
    }

    private struct Alarm {
        var first: Int?
        var times = 0
        private var isOn = false

        mutating func take(_ isRaised: Bool, minute: Int) {
            if isRaised, !isOn {
                times += 1
                first = first ?? minute
            }
            isOn = isRaised
        }
    }

    /// Prints both tables.
    static func show() {
        say("")
        var alarms = TextTable(["false alarms in \(days) days of", "hostd", "85 % used", "trend of an hour < 24 h"])
        for trace in DiskTrace.harmless {
            let found = judge(trace)
            alarms.add(
                [trace.name] + [found.guarded, found.used, found.trend].map { "\($0.times)" })
        }
        alarms.show()
        say("")
        var ends = TextTable([
            "told before a disk is full, filling by", "hostd", "85 % used", "trend of an hour < 24 h",
        ])
        for trace in DiskTrace.fills {
            let found = judge(trace)
            ends.add([trace.name] + [found.guarded, found.used, found.trend].map { lead($0, trace) })
        }
        ends.show()
    }

    private static func judge(_ trace: DiskTrace) -> Verdicts {
        var guardian = DiskGuard(at: .zero)
        var verdicts = Verdicts()
        let whole = trace.onset == nil ? days * 1440 : 10 * 1440
        for minute in 0..<whole {
            _ = guardian.handle(trace.reading(minute: Double(minute)), at: .zero + .seconds(minute * 60))
            let available = trace.available(Double(minute))
            verdicts.guarded.take(guardian.level > .ok, minute: minute)
            verdicts.used.take(available < 0.15 * DiskTrace.capacity, minute: minute)
            verdicts.trend.take(trace.naiveHoursUntilFull(minute: minute).map { $0 < 24 } == true, minute: minute)
            if trace.onset != nil, available == 0 { break }
        }
        return verdicts
    }

    /// How long before the end it spoke.
    private static func lead(_ alarm: Alarm, _ trace: DiskTrace) -> String {
        guard let first = alarm.first, let end = (first..<10 * 1440).first(where: { trace.available(Double($0)) == 0 })
        else { return "never" }
        return Duration.seconds((end - first) * 60).text
    }
}
