// SPDX-License-Identifier: Apache-2.0

/// What is due next, and when: a binary heap. Equal times keep the order in which they were planned.
public struct TimeQueue<Event> {
    private struct Entry {
        let at: Instant
        let order: UInt64
        let event: Event

        func isBefore(_ other: Entry) -> Bool {
            at == other.at ? order < other.order : at < other.at
        }
    }

    private var heap: [Entry] = []
    private var planned: UInt64 = 0

    /// Nothing is planned.
    public init() {}

    /// When the next event is.
    public var nextTime: Instant? { heap.first?.at }

    /// How many events are planned.
    public var count: Int { heap.count }

    /// Plans an event.
    public mutating func plan(_ event: Event, at: Instant) {
        planned += 1
        heap.append(Entry(at: at, order: planned, event: event))
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the event that is due next, whenever that is.
    public mutating func takeNext() -> Event? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first.event
    }

    /// Everything that is planned for up to `now` happens at `now`, in any order: whoever slept finds it all there.
    public mutating func shuffle(until now: Instant, using random: inout SplitMix64) {
        var due: [Event] = []
        while let at = nextTime, at <= now, let event = takeNext() { due.append(event) }
        due.shuffle(using: &random)
        for event in due { plan(event, at: now) }
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = 2 * parent + 1
            guard least < heap.count else { return }
            if least + 1 < heap.count, heap[least + 1].isBefore(heap[least]) { least += 1 }
            guard heap[least].isBefore(heap[parent]) else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
