// SPDX-License-Identifier: Apache-2.0

/// The jobs that wait for a place, in a fair order.
///
/// A job's *rank* is the time of its submission, an hour earlier for each step of priority: whatever is submitted
/// meanwhile, each job comes to the front at last. Between submitters, each job of the same one that runs already
/// counts like an hour too: who has much under way waits for who has nothing.
struct JobQueue: Hashable, Sendable {
    /// Jobs of one kind and one submitter: among them only the rank decides.
    private struct Lane: Hashable {
        let kind: String?
        let uid: UInt32
    }

    private struct Entry: Hashable, Comparable {
        let rank: Int64
        let id: JobID

        static func < (left: Entry, right: Entry) -> Bool { (left.rank, left.id) < (right.rank, right.id) }
    }

    private static let stepMilliseconds: Int64 = 3_600_000

    private var lanes: [Lane: [Entry]] = [:]
    private(set) var count = 0

    mutating func insert(_ job: JobMachine) {
        let entry = Self.entry(job)
        var entries = lanes[Self.lane(job)] ?? []
        let place = Self.place(of: entry, in: entries)
        guard !(place < entries.count && entries[place] == entry) else { return }
        // Else each insertion would copy the lane.
        lanes[Self.lane(job)] = nil
        entries.insert(entry, at: place)
        lanes[Self.lane(job)] = entries
        count += 1
    }

    mutating func remove(_ job: JobMachine) {
        let entry = Self.entry(job)
        guard var entries = lanes.removeValue(forKey: Self.lane(job)) else { return }
        let place = Self.place(of: entry, in: entries)
        if place < entries.count, entries[place] == entry {
            entries.remove(at: place)
            count -= 1
        }
        if !entries.isEmpty { lanes[Self.lane(job)] = entries }
    }

    /// Whose turn it is. `isFull`: the kind has no free place; `running`: how many of a submitter's run.
    func next(isFull: (String?) -> Bool, running: (UInt32) -> Int) -> JobID? {
        var best: (rank: Int64, id: JobID)?
        for (lane, entries) in lanes {
            guard let head = entries.first, !isFull(lane.kind) else { continue }
            let rank = head.rank.addingClamped(Int64(running(lane.uid)) * Self.stepMilliseconds)
            if let best, (best.rank, best.id) < (rank, head.id) { continue }
            best = (rank, head.id)
        }
        return best?.id
    }

    private static func lane(_ job: JobMachine) -> Lane { Lane(kind: job.kind, uid: job.uid) }

    private static func entry(_ job: JobMachine) -> Entry {
        let lead = Int64(clamping: job.priority).multipliedReportingOverflow(by: stepMilliseconds).partialValue
        return Entry(rank: job.createdMilliseconds.addingClamped(-lead), id: job.id)
    }

    /// Where it stands, or belongs.
    private static func place(of entry: Entry, in entries: [Entry]) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
