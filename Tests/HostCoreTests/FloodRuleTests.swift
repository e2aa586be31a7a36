// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Which finished files are written out now.
@Suite struct FloodRuleTests {
    private let now: Int64 = 100_000_000

    /// Which of the files that ended so many seconds ago are due.
    private func due(_ secondsAgo: [Int64]) -> [Bool] {
        let ended = secondsAgo.map { now - $0 * 1_000_000 }
        let rule = FloodRule(endedMicroseconds: ended, nowMicroseconds: now)
        return ended.map { rule.isDue(endedMicroseconds: $0) }
    }

    @Test func aLogThatEndsAFileNowAndThenHasItWrittenOutAtOnce() {
        #expect(due([90, 0]) == [true, true])
        #expect(due([3, 2, 1]) == [true, true, true])
        #expect(due([]) == [])
    }

    @Test func inAFloodAFileHasItsTurnAfterSomeSeconds() {
        #expect(due([9, 6, 4, 3, 2, 1]) == [true, true, false, false, false, false])
        #expect(due([9, 8, 7, 6, 4, 3, 2]) == [true, true, true, true, true, true, true], "it is over")
    }

    @Test func filesFromBeforeTheClockWasSetBackWaitForNothing() {
        #expect(due([-50, -40, -30, -20, -10]) == [true, true, true, true, true])
    }
}
