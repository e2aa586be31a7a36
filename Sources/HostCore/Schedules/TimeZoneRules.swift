// SPDX-License-Identifier: Apache-2.0

/// What the clocks of a time zone show, and when they are put forward or back.
public struct TimeZoneRules: Hashable, Sendable {
    /// From a moment on the clocks are ahead of UTC by so much.
    public struct Change: Hashable, Sendable {
        /// The moment, seconds since 1970.
        public let seconds: Int64
        /// So many seconds ahead of UTC.
        public let offset: Int64

        /// The clocks are `offset` ahead from `seconds` on.
        public init(seconds: Int64, offset: Int64) {
            self.seconds = seconds
            self.offset = offset
        }
    }

    /// How far ahead the clocks are before the first change.
    public let first: Int64
    /// The changes, in order of time.
    public let changes: [Change]

    /// Rules of `changes`, which are in order of time.
    public init(first: Int64, changes: [Change] = []) {
        self.first = first
        self.changes = changes
    }

    /// Coordinated universal time.
    public static let utc = TimeZoneRules(first: 0)

    /// How far ahead of UTC the clocks are at a moment.
    public func offset(at seconds: Int64) -> Int64 { offset(index(at: seconds)) }

    /// What the clocks show at a moment.
    public func local(at seconds: Int64) -> LocalMinute {
        LocalMinute(number: Int((seconds + offset(at: seconds)).quotient(by: 60)))
    }

    /// The first moment at which the clocks show `minute`, or, where they skip it, the first moment after that.
    public func moment(of minute: LocalMinute) -> Int64 {
        let local = Int64(minute.number) * 60
        // No clock is more than a day away from UTC: an earlier span of time cannot show it.
        var index = index(at: local - 86_400)
        while true {
            let candidate = local - offset(index)
            let end = index < changes.count ? changes[index].seconds : .max
            if candidate < end {
                let start = index == 0 ? .min : changes[index - 1].seconds
                return max(candidate, start)
            }
            index += 1
        }
    }

    /// How many changes there are up to a moment.
    private func index(at seconds: Int64) -> Int {
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].seconds <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func offset(_ index: Int) -> Int64 { index == 0 ? first : changes[index - 1].offset }
}
