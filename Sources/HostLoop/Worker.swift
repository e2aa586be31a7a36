// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
internal import HostCore
public import HostLinux

/// What became of work that was given to a Worker.
public nonisolated enum WorkOutcome<Value: Sendable>: Sendable {
    /// It was done.
    case done(Value)
    /// Its deadline passed first; a result that comes later is dropped.
    case late
    /// The lane's queue is full: it was never begun.
    case full
}

/// One thread for calls that block; results come back on the loop. Work that hangs past its deadline is abandoned with its
/// thread, and the next work gets a new one.
@MainActor
public final class Worker {
    /// So many threads may hang at once; then work waits.
    private static let abandonedLimit = 4

    private let loop: EventLoop
    private let name: String
    private let limit: Int
    private var lane: Lane
    private var abandoned = 0
    private var source: IOSource?
    private var pending: [UInt64: Pending] = [:]
    private var submitted: UInt64 = 0

    private struct Pending {
        let finish: (_ result: (any Sendable)?) -> Void
        let timer: TimerSource?
    }

    /// A lane with room for `limit` pieces of work.
    public init(loop: EventLoop, lane name: String, limit: Int) throws(SystemError) {
        self.loop = loop
        self.name = name
        self.limit = limit
        lane = try Lane()
        try watchLane()
    }

    // The class says @MainActor in so many words for this: Swift 6.3.1, optimising another room, forgets that it is the
    // default here and refuses the deinit.
    isolated deinit {
        _ = lane.abandon()
    }

    /// Runs `work` on the lane's thread and `then` on the loop. Work of one lane is done in order.
    public func submit<Value: Sendable>(
        deadline: Duration? = nil, _ work: @escaping @Sendable () -> Value,
        then: @escaping (WorkOutcome<Value>) -> Void
    ) {
        guard pending.count < limit else { return loop.later { then(.full) } }
        submitted += 1
        let number = submitted
        var timer: TimerSource?
        if let deadline {
            timer = try? loop.timer { [weak self] in self?.isLate(number) }
            timer?.arm(at: loop.now + deadline)
        }
        pending[number] = Pending(
            finish: { result in
                if let value = result as? Value { then(.done(value)) } else { then(.late) }
            }, timer: timer)
        lane.add(number) { work() }
    }

    private func watchLane() throws(SystemError) {
        source = try loop.watch(lane.doneDescriptor, .readable) { [weak self] _ in self?.collect() }
    }

    private func collect() {
        for (number, result) in lane.takeDone() {
            pending.removeValue(forKey: number)?.finish(result)
        }
    }

    private func isLate(_ number: UInt64) {
        guard let late = pending.removeValue(forKey: number) else { return }
        if lane.isRunning(number), abandoned < Self.abandonedLimit, let fresh = try? Lane() {
            abandoned += 1
            fresh.adopt(lane.abandon())
            source = nil
            lane = fresh
            try? watchLane()
        } else {
            lane.forget(number)
        }
        late.finish(nil)
    }
}
