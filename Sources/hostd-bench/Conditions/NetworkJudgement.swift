// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostSimulation

/// The watch over the network beside plain ones: a single answer that takes long, a single question without answer.
enum NetworkJudgement {
    private static let slow: Duration = .milliseconds(160)
    private static let seeds: ClosedRange<UInt64> = 1...10

    /// Prints both tables; the false alarms are those of so many days.
    static func show(days: Int) {
        say("")
        var alarms = TextTable([
            "false alarms in \(days) days of", "hostd", "an answer > \(slow.text)", "an answer lost",
        ])
        for (name, weather) in [
            ("a quiet line", NetworkLine.Weather.quiet), ("1 of 200 questions lost", .lossy(0.005)),
        ] {
            let counts = falseAlarms(weather, days: days)
            alarms.add([name] + [counts.guarded, counts.slow, counts.lost].map { "\($0)" })
        }
        alarms.show()
        say("")
        var delays = TextTable(["told after, in the middle of \(seeds.count) lines", "hostd", "a single answer"])
        for (name, weather, level) in [
            ("delays of 0 to 400 ms", NetworkLine.Weather.jittery, ConditionLevel.warn),
            ("a quarter of the questions lost", .lossy(0.25), .warn), ("nothing comes through", .out, .critical),
        ] {
            let found = seeds.compactMap { delay(weather, level, seed: $0) }
            delays.add(name, text(found.map(\.guarded)), text(found.map(\.plain)))
        }
        delays.show()
    }

    private static func text(_ seconds: [Double]) -> String { "\(decimal(median(seconds), 0)) s" }

    private static func falseAlarms(_ weather: NetworkLine.Weather, days: Int) -> (guarded: Int, slow: Int, lost: Int) {
        var counts = (guarded: 0, slow: 0, lost: 0)
        for day in 0..<days {
            var line = NetworkLine(seed: UInt64(day))
            line.pass(.seconds(86400), weather) { line in
                switch line.guardian.targets.first?.last?.outcome {
                case .answered(let took)? where took > slow: counts.slow += 1
                case .failed?: counts.lost += 1
                case .answered?, nil: break
                }
            }
            counts.guarded += line.changes.count { $0.level > .ok }
        }
        return counts
    }

    /// The seconds from the beginning of the trouble until it was told; nil where it was not within an hour.
    private static func delay(
        _ weather: NetworkLine.Weather, _ level: ConditionLevel, seed: UInt64
    ) -> (guarded: Double, plain: Double)? {
        var line = NetworkLine(seed: seed)
        line.pass(.seconds(7200), .quiet)
        let began = line.now
        var plain: Double?
        line.pass(.seconds(3600), weather) { line in
            guard plain == nil, let outcome = line.guardian.targets.first?.last?.outcome else { return }
            if case .answered(let took) = outcome, took <= slow { return }
            plain = (line.now - began).seconds
        }
        guard let plain, let told = line.changes.first(where: { $0.at > began && $0.level >= level }) else {
            return nil
        }
        return ((told.at - began).seconds, plain)
    }
}
