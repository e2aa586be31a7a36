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

/// A thread for calls that block; results come back on the loop. Work that hangs past its deadline is abandoned with
/// its thread, and the next work gets a new one.
@MainActor
public final class Worker {
    private let loop: EventLoop
    private let name: String
    private let limit: Int
    private let threads: Int
    private var lane: Lane
    private var source: IOSource?
    /// Threads that hang in work which was given up, until they come back and end.
    private var abandoned: [ObjectIdentifier: (lane: Lane, source: IOSource)] = [:]
    private var pending: [UInt64: Pending] = [:]
    private var submitted: UInt64 = 0

    private struct Pending {
        /// Called with the work's result, or with nil when it is given up.
        let finish: (_ result: (any Sendable)?) -> Void
        let timer: TimerSource?
    }

    /// A lane with room for `limit` pieces of work. At most `threads` threads, those that hang included; with one, what
    /// hangs past its deadline is waited for all the same, so that two pieces of work never run at once.
    public init(loop: EventLoop, lane name: String, limit: Int, threads: Int = 5) throws(SystemError) {
        self.loop = loop
        self.name = name
        self.limit = limit
        self.threads = threads
        lane = try Lane()
        try watchLane()
    }

    isolated deinit {
        _ = lane.abandon()
    }

    /// Runs `work` on the lane's thread and `then` on the loop, never before `submit` returns. Work of one lane is done
    /// in order; `deadline` counts from now, the time in the queue included.
    public func submit<Value: Sendable>(
        deadline: Duration? = nil, _ work: @escaping @Sendable () -> Value,
        then: @escaping (WorkOutcome<Value>) -> Void
    ) {
        submitted += 1
        let number = submitted
        guard pending.count < limit, lane.add(number, { work() }) else { return loop.later { then(.full) } }
        var timer: TimerSource?
        if let deadline {
            timer = try? loop.timer { [weak self] in self?.isLate(number) }
            timer?.arm(at: loop.now + deadline)
        }
        pending[number] = Pending(
            finish: { result in
                // Unwrapped first: a cast would make a result of nil out of none, where Value can be nil.
                guard let result, let value = result as? Value else { return then(.late) }
                then(.done(value))
            }, timer: timer)
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
        lane.forget(number)
        replaceHangingLane()
        late.finish(nil)
    }

    /// Gives the queue a new thread when the present one runs work that was given up, and there may be one more.
    private func replaceHangingLane() {
        guard let running = lane.running, pending[running] == nil, abandoned.count + 1 < threads,
            let fresh = try? Lane()
        else { return }
        let hanging = lane
        // A descriptor can have one source only: first this one goes.
        source = nil
        let end = try? loop.watch(hanging.doneDescriptor, .readable) { [weak self] _ in self?.cameBack(hanging) }
        if let end {
            abandoned[ObjectIdentifier(hanging)] = (hanging, end)
            lane = fresh
            fresh.adopt(hanging.abandon())
        }
        try? watchLane()
    }

    /// The work that was given up has ended, and with it the thread.
    private func cameBack(_ hanging: Lane) {
        abandoned[ObjectIdentifier(hanging)] = nil
        replaceHangingLane()
    }
}
