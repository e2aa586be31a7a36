// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
public import HostLinux
public import HostLoop

/// Whether bookkeeping works.
public nonisolated enum StoreHealth: Hashable, Sendable {
    /// Everything is written.
    case ok
    /// Writes are kept in memory and tried again: since when, and why.
    case failing(since: Instant, String)
}

/// History and marks in SQLite, off the loop. Whatever is wrong with the file costs history, never supervision: no call
/// here fails or waits.
public final class Store {
    private static let retry: Duration = .seconds(5)
    private static let writeDeadline: Duration = .seconds(30)
    private static let pendingEventLimit = 10_000

    private let loop: EventLoop
    private let lane: Worker
    private let file: StoreFile
    private var pending = StoreFile.Batch()
    private var isWriting = false
    private var timer: TimerSource?
    private var dropped = 0

    /// Whether bookkeeping works.
    public private(set) var health = StoreHealth.ok
    /// Called when `health` turns bad or good again.
    public var healthChanged: ((StoreHealth) -> Void)?

    /// The store in the file at `path`.
    public init(loop: EventLoop, path: String) throws(SystemError) {
        self.loop = loop
        lane = try Worker(loop: loop, lane: "store", limit: 256)
        file = StoreFile(path: path)
        timer = try loop.timer { [weak self] in self?.write() }
    }

    /// Adds an entry to the history. Beyond 10,000 unwritten ones the oldest are dropped, and the number is noted.
    public func append(_ event: StoredEvent) {
        pending.events.append(event)
        if pending.events.count > Self.pendingEventLimit {
            pending.events.removeFirst()
            dropped += 1
        }
        schedule()
    }

    /// Remembers the newest word on a service.
    public func set(_ service: StoredService) {
        pending.services[service.name] = service
        schedule()
    }

    /// Reads what is remembered; nil when the store cannot be read.
    public func services(then: @escaping ([StoredService]?) -> Void) {
        let file = self.file
        lane.submit(deadline: Self.writeDeadline) {
            try? file.services()
        } then: { (outcome: WorkOutcome<[StoredService]?>) in
            if case .done(let found) = outcome { then(found) } else { then(nil) }
        }
    }

    /// Reads history after `id`, of one service or of all, at most `limit` entries, oldest first; with `newest` the last
    /// ones. Nil when the store cannot be read.
    public func events(
        since id: Int64, service: String?, limit: Int, newest: Bool, then: @escaping ([StoredEvent]?) -> Void
    ) {
        let file = self.file
        lane.submit(deadline: .seconds(5)) {
            try? file.events(since: id, service: service, limit: limit, newestFirst: newest)
        } then: { (outcome: WorkOutcome<[StoredEvent]?>) in
            if case .done(let found) = outcome { then(found) } else { then(nil) }
        }
    }

    /// Writes what is pending before the program ends; waits at most `limit`, off the loop.
    public func flush(limit: Duration, then: @escaping () -> Void) {
        let timer = try? loop.timer {}
        var isDone = false
        let finish = {
            guard !isDone else { return }
            isDone = true
            timer?.disarm()
            then()
        }
        let end = try? loop.timer(finish)
        end?.arm(at: loop.now + limit)
        write()
        lane.submit {
            0
        } then: { (_: WorkOutcome<Int>) in
            _ = end
            finish()
        }
    }

    private func schedule() {
        guard !isWriting, case .ok = health else { return }
        // What one event brings about is one transaction.
        loop.later { [weak self] in self?.write() }
    }

    private func write() {
        guard !isWriting, !pending.isEmpty else { return }
        isWriting = true
        var batch = pending
        if dropped > 0 {
            batch.events.append(
                StoredEvent(
                    wallMilliseconds: Clock.wallMilliseconds, service: nil, kind: "store.dropped", instance: nil,
                    reason: "\(dropped) entries of history were dropped while the store failed"))
        }
        pending = StoreFile.Batch()
        let file = self.file
        let unwritten = batch
        lane.submit(deadline: Self.writeDeadline) { () -> String? in
            do throws(StoreError) {
                try file.write(unwritten)
                return nil
            } catch {
                return error.description
            }
        } then: { [weak self] (outcome: WorkOutcome<String?>) in
            switch outcome {
            case .done(let failure): self?.written(unwritten, failure)
            case .late, .full: self?.written(unwritten, "the disk does not answer")
            }
        }
    }

    private func written(_ batch: StoreFile.Batch, _ failure: String?) {
        isWriting = false
        guard let failure else {
            dropped = 0
            if case .failing = health { become(.ok) }
            return schedule()
        }
        pending.events.insert(contentsOf: batch.events.filter { $0.kind != "store.dropped" }, at: 0)
        pending.services.merge(batch.services) { newer, _ in newer }
        if case .ok = health { become(.failing(since: loop.now, failure)) }
        timer?.arm(at: loop.now + Self.retry)
    }

    private func become(_ new: StoreHealth) {
        health = new
        healthChanged?(new)
    }
}
