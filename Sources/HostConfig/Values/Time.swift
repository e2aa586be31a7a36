// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<Duration> {
    /// A time within `range`, as "500ms", "10s", "1m30s".
    static func time(_ range: ClosedRange<Duration>) -> ValueType {
        let shownRange = "\(TimeText.text(range.lowerBound)) to \(TimeText.text(range.upperBound))"
        return ValueType(
            "time", range: shownRange, hint: "a time, like \"10s\"",
            read: { node, checking in
                switch node.value {
                case .text(let text):
                    return node.parsed(&checking) { () throws(ValueError) in
                        try TimeText.parse(text, range: range, shownRange: shownRange)
                    }
                case .integer(0...):
                    node.reportNoUnit(example: (node.written ?? "") + "s", &checking)
                case .decimal(let decimal) where decimal.isFinite && decimal >= 0:
                    node.reportNoUnit(example: "\(decimal)s", &checking)
                default:
                    node.reportWrongType("a time, like \"10s\"", &checking)
                }
                return nil
            }, show: { quoted(TimeText.text($0)) })
    }
}

/// Times as the configuration writes them.
enum TimeText {
    static let hour = Duration.seconds(3600)
    static let day = Duration.seconds(86_400)
    static let week = Duration.seconds(7 * 86_400)

    private static let units = [
        Unit(name: "d", size: 86_400_000), Unit(name: "h", size: 3_600_000), Unit(name: "m", size: 60_000),
        Unit(name: "s", size: 1000), Unit(name: "ms", size: 1),
    ]

    static let unitNames = units.map(\.name)

    /// The shortest text for a time in whole milliseconds: "1m30s".
    static func text(_ duration: Duration) -> String {
        let text = Unit.canonical(duration.nanoseconds / 1_000_000, in: units, combined: true)
        return text.isEmpty ? "0s" : text
    }

    /// The time that `text` says.
    static func parse(_ text: String, range: ClosedRange<Duration>, shownRange: String) throws(ValueError) -> Duration {
        guard let parts = Quantity.scan(text) else {
            throw ValueError(message: "\(quoted(text)) is no time (write one like \"10s\" or \"1m30s\")")
        }
        var total: Int64 = 0
        var sizes: [Int64] = []
        for part in parts {
            guard !part.unit.isEmpty else {
                throw ValueError(message: "\(quoted(text)) has no unit (write \(quoted(text + "s")))")
            }
            guard let unit = Unit.named(part.unit, in: units) else {
                throw ValueError(
                    message: "\(quoted(text)) has the unknown unit \(quoted(part.unit)) (write \(Unit.list(units)))")
            }
            guard let count = part.count(of: unit.size) else {
                throw ValueError(message: "\(quoted(text)) is finer than 1ms (write whole milliseconds)")
            }
            let (sum, overflow) = total.addingReportingOverflow(count)
            total = overflow ? .max : sum
            sizes.append(unit.size)
        }
        let duration = Duration.milliseconds(min(total, .max / 1_000_000))
        guard zip(sizes, sizes.dropFirst()).allSatisfy(>) else {
            throw ValueError(
                message: "\(quoted(text)) has its units out of order (write \(quoted(Self.text(duration))))")
        }
        guard range.contains(duration) else {
            throw ValueError(message: "\(quoted(text)) is out of range (\(shownRange))")
        }
        return duration
    }
}
