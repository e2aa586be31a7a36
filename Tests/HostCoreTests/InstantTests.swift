// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct InstantTests {
    @Test func timesAddUp() {
        let start = Instant(nanoseconds: 5)
        #expect(start + .nanoseconds(3) == Instant(nanoseconds: 8))
        #expect(start - .nanoseconds(3) == Instant(nanoseconds: 2))
        #expect(Instant(nanoseconds: 2) - start == .nanoseconds(-3))
        #expect(Instant.zero < start)
    }

    @Test func theClockHasEndsAndNoOverflow() {
        let first = Instant(nanoseconds: .min)
        let last = Instant(nanoseconds: .max)
        #expect(last + .seconds(1) == last)
        #expect(first - .seconds(1) == first)
        #expect((last - first).nanoseconds == .max)
        #expect((first - last).nanoseconds == .min)
        #expect(Instant.zero - .seconds(Int64.min) == last)
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
    }

    @Test(arguments: [
        (Duration.zero, "0 s"), (.nanoseconds(1500), "1 µs"), (.milliseconds(250), "250 ms"),
        (.milliseconds(1000), "1 s"), (.milliseconds(1540), "1.5 s"), (.seconds(8), "8 s"), (.seconds(119), "119 s"),
        (.seconds(120), "2 min"), (.seconds(5400), "90 min"), (.seconds(7200), "2 h"), (.seconds(9000), "2.5 h"),
        (.seconds(-8), "-8 s"), (.seconds(Int64.min), "-2562047.7 h"), (.seconds(Int64.max), "2562047.7 h"),
    ])
    func aDurationReadsAsPeopleWriteIt(_ duration: Duration, _ text: String) {
        #expect(duration.text == text)
    }

    @Test func secondsAreForJSON() {
        #expect(Duration.milliseconds(1500).seconds == 1.5)
    }
}
