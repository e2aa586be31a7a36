// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostCore

/// Whose turn it is.
struct JobQueueTests {
    private func job(
        _ number: Int64, kind: String? = nil, uid: UInt32 = 1000, priority: Int = 0, minute: Int64 = 0
    ) -> JobMachine {
        JobSubject(number: number) {
            ($0.kind, $0.uid, $0.priority) = (kind, uid, priority)
            $0.createdMilliseconds += minute * 60_000
        }.machine
    }

    /// All of the queue, in order; nobody else runs.
    private func order(of jobs: [JobMachine], running: [UInt32: Int] = [:], full: Set<String> = []) -> [Int64] {
        var queue = JobQueue()
        for job in jobs { queue.insert(job) }
        var order: [Int64] = []
        while let next = queue.next(isFull: { $0.map(full.contains) == true }, running: { running[$0, default: 0] }),
            let job = jobs.first(where: { $0.id == next })
        {
            order.append(next.number)
            queue.remove(job)
        }
        #expect(queue.count == jobs.count - order.count)
        return order
    }

    @Test func whoCameFirstGoesFirst() {
        #expect(order(of: [job(3, minute: 3), job(1, minute: 1), job(2, minute: 2)]) == [1, 2, 3])
        #expect(order(of: [job(2), job(1), job(3)]) == [1, 2, 3], "of the same moment the lower number")
    }

    @Test func aStepOfPriorityIsWorthAnHour() {
        #expect(order(of: [job(1), job(2, priority: 1, minute: 59)]) == [2, 1])
        #expect(order(of: [job(1), job(2, priority: 1, minute: 61)]) == [1, 2], "so none waits for ever")
        #expect(order(of: [job(1, priority: -2), job(2, minute: 119), job(3, minute: 121)]) == [2, 1, 3])
    }

    @Test func whoHasMuchUnderWayWaitsForWhoHasNothing() {
        let jobs = [job(1, uid: 1000), job(2, uid: 1001, minute: 119), job(3, uid: 1002, minute: 121)]
        #expect(order(of: jobs, running: [1000: 2]) == [2, 1, 3])
    }

    @Test func aKindThatIsFullKeepsNobodyElseBack() {
        let jobs = [job(1, kind: "a"), job(2, kind: "b", minute: 1), job(3, minute: 2)]
        #expect(order(of: jobs, full: ["a"]) == [2, 3])
    }

    @Test func aJobStandsInItOnce() {
        var queue = JobQueue()
        queue.insert(job(1))
        queue.insert(job(1))
        queue.remove(job(2))
        queue.remove(job(2, kind: "none"))
        #expect(queue.count == 1)
        queue.remove(job(1))
        #expect(queue.count == 0 && queue.next(isFull: { _ in false }, running: { _ in 0 }) == nil)
    }

    @Test func prioritiesWithoutMeasureDoNoHarm() {
        let jobs = [job(1, priority: .max), job(2, priority: .min), job(3)]
        #expect(order(of: jobs).count == 3)
    }
}
