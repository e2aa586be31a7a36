// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Which rotated files go: the oldest, until every limit holds.
@Suite struct LogRetentionTests {
    /// Files of these sizes, one a second, the last one finished at second 100.
    private func files(_ sizes: UInt64...) -> [LogRetention.File] {
        sizes.enumerated().map { index, size in
            let second = 100 - (sizes.count - 1 - index)
            return .init(name: "\(second)", sizeBytes: size, endedMicroseconds: Int64(second) * 1_000_000)
        }
    }

    private let now: Int64 = 100_000_000

    @Test func withoutLimitsNoneGoes() {
        #expect(LogRetention().surplus(files(1, 2, 3), otherBytes: 1 << 40, nowMicroseconds: now) == 0)
        #expect(LogRetention().surplus([], nowMicroseconds: now) == 0)
    }

    @Test func soManyAreKept() {
        #expect(LogRetention(keep: 2).surplus(files(1, 1, 1, 1, 1), nowMicroseconds: now) == 3)
        #expect(LogRetention(keep: 5).surplus(files(1, 1, 1), nowMicroseconds: now) == 0)
        #expect(LogRetention(keep: 0).surplus(files(1, 1, 1), nowMicroseconds: now) == 3)
    }

    @Test func thoseThatAreOlderGo() {
        let retention = LogRetention(maxAge: .seconds(2))
        #expect(retention.surplus(files(1, 1, 1, 1, 1), nowMicroseconds: now) == 3, "one of exactly that age goes too")
        #expect(retention.surplus(files(1, 1), nowMicroseconds: now + 10_000_000) == 2)
        #expect(retention.nextExpiry(files(1, 1)) == 101_000_000)
        #expect(retention.nextExpiry([]) == nil)
        #expect(LogRetention(keep: 1).nextExpiry(files(1)) == nil)
    }

    @Test func allTogetherTakeNoMoreThanTheTotal() {
        let retention = LogRetention(totalBytes: 100)
        #expect(retention.surplus(files(50, 50, 50), nowMicroseconds: now) == 1)
        #expect(retention.surplus(files(50, 50, 50), otherBytes: 1, nowMicroseconds: now) == 2)
        #expect(retention.surplus(files(10, 200, 10), nowMicroseconds: now) == 2, "not the little one behind it either")
        #expect(retention.surplus(files(.max, .max, 1), nowMicroseconds: now) == 2)
        #expect(LogRetention(totalBytes: 0).surplus(files(1), nowMicroseconds: now) == 1)
    }

    @Test func theTightestLimitCounts() {
        let retention = LogRetention(keep: 3, maxAge: .seconds(10), totalBytes: 20)
        #expect(retention.surplus(files(10, 10, 10, 10), nowMicroseconds: now) == 2)
        #expect(retention.surplus(files(1, 1, 1, 1), nowMicroseconds: now) == 1)
    }
}
