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
    /// A write that takes longer is trouble, although it may still succeed.
    static let patience: Duration = .seconds(30)
    private static let pendingEventLimit = 10_000

    let loop: EventLoop
    let lane: Worker
    let file: StoreFile
    private let retry: Duration
    var pending = StoreFile.Batch()
    private(set) var isWriting = false
    /// What is in the lane, while `isWriting`.
    private(set) var beingWritten = StoreFile.Batch()
    /// Called when all that is pending now is on the disk.
    var waiting: [() -> Void] = []
    /// When something was last written, and the timer of the daily backup with what it goes by.
    private(set) var lastWrite = Instant.zero
    var backup: TimerSource?
    var busySince: Instant?
    private var again: TimerSource?
    private var slow: TimerSource?
    private var dropped = 0
    private var flushes: [Flush] = []

    /// Whether bookkeeping works.
    public private(set) var health = StoreHealth.ok
    /// Called when `health` turns bad or good again, or bad for another reason.
    public var healthChanged: ((StoreHealth) -> Void)?
    /// Called with the entries that have just been written, in the order of their numbers. Only now are these certain:
    /// an entry that waits for a store that fails has none yet.
    public var stored: (([StoredEvent]) -> Void)?

    private struct Flush {
        let timer: TimerSource?
        let then: () -> Void
    }

    /// The store in the file at `path`. What fails is tried again after `retry`; whether the daily backup is due is
    /// looked at after `firstBackup`.
    public init(
        loop: EventLoop, path: String, retry: Duration = .seconds(5), firstBackup: Duration = .seconds(60)
    ) throws(SystemError) {
        self.loop = loop
        self.retry = retry
        // One thread: there is one connection, and what hangs in it would only be followed by more that hangs.
        lane = try Worker(loop: loop, lane: "store", limit: 256, threads: 1)
        file = StoreFile(path: path)
        again = try loop.timer { [weak self] in self?.write() }
        slow = try loop.timer { [weak self] in self?.trouble("the disk does not answer") }
        backup = try loop.timer { [weak self] in self?.backUp() }
        backup?.arm(at: loop.now + firstBackup)
    }

    /// Adds an entry to the history, its reason cut to 2,000 bytes. Beyond 10,000 unwritten ones the oldest are
    /// dropped, and the number is noted.
    public func append(_ event: StoredEvent) {
        var event = event
        event.reason = event.reason.cut(to: TextLimit.reason)
        pending.events.append(event)
        dropOldest()
        schedule()
    }

    /// Remembers the newest word on a service.
    public func set(_ service: StoredService) {
        pending.services[service.name] = service
        schedule()
    }

    /// Keeps the newest text of a document; nil removes it.
    public func set(document name: String, _ text: String?) {
        pending.documents[name] = .some(text)
        schedule()
    }

    /// Reads the documents whose names begin with `prefix`; nil when the store cannot be read.
    public func documents(_ prefix: String, then: @escaping ([String: String]?) -> Void) {
        let file = self.file
        lane.submit(deadline: Self.patience) {
            try? file.documents(prefix)
        } then: { (outcome: WorkOutcome<[String: String]?>) in
            if case .done(let found) = outcome { then(found) } else { then(nil) }
        }
    }

    /// Reads what is remembered; nil when the store cannot be read.
    public func services(then: @escaping ([StoredService]?) -> Void) {
        let file = self.file
        lane.submit(deadline: Self.patience) {
            try? file.services()
        } then: { (outcome: WorkOutcome<[StoredService]?>) in
            if case .done(let found) = outcome { then(found) } else { then(nil) }
        }
    }

    /// Reads history after `id`, of one service or family or of all, at most `limit` entries, oldest first; with
    /// `newest` the last ones. Nil when the store cannot be read.
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

    /// Finds out how far history reaches; nil when the store cannot be read.
    public func extent(then: @escaping (HistoryExtent?) -> Void) {
        let file = self.file
        lane.submit(deadline: .seconds(5)) {
            try? file.extent()
        } then: { (outcome: WorkOutcome<HistoryExtent?>) in
            if case .done(let found) = outcome { then(found) } else { then(nil) }
        }
    }

    /// Writes what is pending before the program ends; `then` comes when that is done, has failed, or after `limit`.
    public func flush(limit: Duration, then: @escaping () -> Void) {
        let timer = try? loop.timer { [weak self] in self?.endFlushes() }
        timer?.arm(at: loop.now + limit)
        flushes.append(Flush(timer: timer, then: then))
        write()
        if !isWriting { loop.later { [weak self] in self?.endFlushes() } }
    }

    private func endFlushes() {
        let ended = flushes
        flushes = []
        for flush in ended { flush.then() }
    }

    func dropOldest() {
        dropped += Self.shorten(&pending.events) + Self.shorten(&pending.audits)
    }

    private static func shorten<Entry>(_ entries: inout [Entry]) -> Int {
        let excess = max(entries.count - pendingEventLimit, 0)
        entries.removeFirst(excess)
        return excess
    }

    func schedule() {
        guard !isWriting, case .ok = health else { return }
        // What one event brings about is one transaction.
        loop.later { [weak self] in self?.write() }
    }

    private func write() {
        guard !isWriting, !pending.isEmpty else { return }
        isWriting = true
        slow?.arm(at: loop.now + Self.patience)
        let file = self.file
        let batch = pending
        let noted = dropped
        let waiters = waiting
        beingWritten = batch
        pending = StoreFile.Batch()
        waiting = []
        lane.submit { () -> Result<[StoredEvent], StoreError> in
            Result { () throws(StoreError) in try file.write(batch, dropped: noted) }
        } then: { [weak self] (outcome: WorkOutcome<Result<[StoredEvent], StoreError>>) in
            guard let self else { return }
            isWriting = false
            beingWritten = StoreFile.Batch()
            lastWrite = loop.now
            slow?.disarm()
            switch outcome {
            case .done(.success(let events)): written(events, noted, waiters)
            case .done(.failure(let error)): unwritten(batch, waiters, error.description)
            case .late, .full: unwritten(batch, waiters, "too much else is asked of the store")
            }
        }
    }

    private func written(_ events: [StoredEvent], _ noted: Int, _ waiters: [() -> Void]) {
        dropped -= noted
        if !events.isEmpty { stored?(events) }
        if case .failing = health { become(.ok) }
        for waiter in waiters { waiter() }
        guard pending.isEmpty else { return write() }
        // Those that came while this was in the lane, with nothing of their own to be written.
        let late = waiting
        waiting = []
        for waiter in late { waiter() }
        endFlushes()
    }

    private func unwritten(_ batch: StoreFile.Batch, _ waiters: [() -> Void], _ failure: String) {
        pending.merge(older: batch)
        waiting = waiters + waiting
        dropOldest()
        again?.arm(at: loop.now + retry)
        trouble(failure)
        endFlushes()
    }

    private func trouble(_ why: String) {
        switch health {
        case .ok: become(.failing(since: loop.now, why))
        case .failing(_, why): break
        case .failing(let since, _): become(.failing(since: since, why))
        }
    }

    private func become(_ new: StoreHealth) {
        health = new
        healthChanged?(new)
    }
}
