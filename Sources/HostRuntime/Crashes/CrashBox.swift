// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// Has ends kept that nobody wanted. It waits for the output of an instance to reach its log, reads and writes in the
/// Worker, several at once where there are several, and never holds anybody up: where many end at once they are written
/// when all are back, no more than `limit` wait, and what the disk refuses is tried again.
final class CrashBox {
    /// So many may wait.
    static let limit = 64
    private static let batchLimit = 16
    /// So many are written at once; more of them wait for `calm` without another end, or for `patience`.
    private static let few = 4
    private static let calm: Duration = .milliseconds(300)
    private static let patience: Duration = .seconds(2)
    /// How the host is doing is not asked again within that time.
    private static let figuresAge: Duration = .milliseconds(250)
    private static let retryDelay: Duration = .seconds(10)
    private static let deadline: Duration = .seconds(20)

    private let loop: EventLoop
    private let files: Worker
    private let folder: CrashFolder
    /// Ends whose output is not all in its log.
    private var open: [(crash: CrashCase, until: Instant)] = []
    /// Ends that can be written.
    private var ready: [CrashCase] = []
    /// When the last one came.
    private var lastAt: Instant = .zero
    /// Since when ends that can be written wait for calm.
    private var heldSince: Instant?
    private var isHurried = false
    /// When it is looked at again what can be written.
    private var timer: TimerSource?
    private var isWriting = false
    private var isReadingFigures = false
    private var figures: (host: HostFigures, at: Instant)?
    private var retryTimer: TimerSource?
    /// What was said of the disk and is still so.
    private var trouble: String?
    private var dropped = 0
    /// Those that are kept, the newest first.
    private(set) var briefs: [CrashBrief] = []
    /// The newest of each service.
    private(set) var newest: [String: CrashBrief] = [:] { didSet { changes &+= 1 } }
    /// How often that has changed.
    private(set) var changes: UInt64 = 0

    init(loop: EventLoop, files: Worker, path: String) {
        self.loop = loop
        self.files = files
        folder = CrashFolder(path: path)
    }

    /// Finds what earlier lives of hostd kept.
    func begin() {
        files.submit(deadline: Self.deadline) { [folder] in
            folder.briefs()
        } then: { [weak self] (outcome: WorkOutcome<[CrashBrief]>) in
            guard let self, case .done(let found) = outcome else { return }
            let known = Set(self.briefs.map(\.id))
            self.take(self.briefs + found.filter { !known.contains($0.id) })
        }
    }

    /// Whether there is room for another one, of this service. A service that ends again and again takes the place of
    /// its own older end, never that of another service.
    func makeRoom(for service: ServiceName) -> Bool {
        guard open.count + ready.count >= Self.limit else { return true }
        dropped += 1
        if let index = ready.firstIndex(where: { $0.instance.service == service }) {
            ready.remove(at: index)
        } else if let index = open.firstIndex(where: { $0.crash.instance.service == service }) {
            open.remove(at: index)
        } else {
            return false
        }
        return true
    }

    /// An instance has ended, and there is room; its output may still be on its way.
    func add(_ crash: CrashCase) {
        lastAt = loop.now
        var crash = crash
        if let figures, crash.cgroup == nil, loop.now - figures.at < Self.figuresAge { crash.host = figures.host }
        open.append((crash, loop.now + Self.patience))
        readFigures()
        lookAgain()
    }

    /// All that the instance wrote is in its log.
    func outputIsThere(of instance: InstanceID) {
        guard let index = open.firstIndex(where: { $0.crash.instance == instance }) else { return }
        ready.append(open.remove(at: index).crash)
        writeInCalm()
    }

    /// hostd ends: nothing is waited for any more.
    func hurry() {
        isHurried = true
        ready += open.map(\.crash)
        open = []
        write()
    }

    /// Where a lot ends at once, bringing it back comes first.
    private func writeInCalm() {
        guard !ready.isEmpty else { return }
        let since = heldSince ?? loop.now
        let isCalm = loop.now - lastAt >= Self.calm || loop.now - since >= Self.patience
        guard isHurried || isCalm || open.count + ready.count <= Self.few else {
            heldSince = since
            return lookAgain()
        }
        write()
    }

    private func lookAgain() {
        guard timer == nil else { return }
        timer = try? loop.timer { [weak self] in
            guard let self else { return }
            self.timer = nil
            let late = self.open.prefix { $0.until <= self.loop.now }
            self.ready += late.map(\.crash)
            self.open.removeFirst(late.count)
            self.writeInCalm()
            if !self.open.isEmpty { self.lookAgain() }
        }
        timer?.arm(at: loop.now + Self.calm)
    }

    /// All that was kept of one, as JSON.
    func read(_ id: String, then: @escaping (WorkOutcome<Result<[UInt8]?, SystemError>>) -> Void) {
        files.submit(
            deadline: .seconds(10),
            { [folder] in Result { () throws(SystemError) in try folder.read(id) } }, then: then)
    }

    /// How the host is doing, as soon after the end as the Worker comes to it.
    private func readFigures() {
        var paths: [InstanceID: String] = [:]
        for (crash, _) in open where crash.host == nil { paths[crash.instance] = crash.cgroup ?? "" }
        guard !isReadingFigures, !paths.isEmpty else { return }
        isReadingFigures = true
        files.submit(deadline: Self.deadline) { [paths] in
            (HostFigures.read(), paths.mapValues { $0.isEmpty ? nil : CgroupFigures($0) })
        } then: { [weak self] (outcome: WorkOutcome<(HostFigures, [InstanceID: CgroupFigures?])>) in
            guard let self else { return }
            self.isReadingFigures = false
            guard case .done(let (host, cgroups)) = outcome else { return }
            self.figures = (host, self.loop.now)
            self.give(host, cgroups)
            self.readFigures()
        }
    }

    private func give(_ host: HostFigures, _ cgroups: [InstanceID: CgroupFigures?]) {
        for index in open.indices { open[index].crash.take(host, cgroups) }
        for index in ready.indices { ready[index].take(host, cgroups) }
    }

    private func write() {
        guard !isWriting, retryTimer == nil, !ready.isEmpty else { return }
        isWriting = true
        heldSince = nil
        let batch = Array(ready.prefix(Self.batchLimit))
        ready.removeFirst(batch.count)
        files.submit(deadline: Self.deadline) { [folder, briefs] in
            folder.keep(batch, known: briefs)
        } then: { [weak self] (outcome: WorkOutcome<CrashFolder.Outcome>) in
            guard let self else { return }
            self.isWriting = false
            switch outcome {
            case .done(let result):
                self.take(result.briefs)
                self.settle(result.failed, result.failure.map { "\($0)" })
            case .late, .full: self.settle(batch, "\(self.folder.path): the disk does not answer")
            }
            self.writeInCalm()
        }
    }

    /// What could not be written is tried again, and said once.
    private func settle(_ failed: [CrashCase], _ failure: String?) {
        if dropped > 0 {
            Journal.say(.warning, "\(dropped) crashes were not kept: more than \(Self.limit) at once")
            dropped = 0
        }
        guard let failure else {
            trouble = nil
            return
        }
        ready = (failed + ready).suffix(max(Self.limit - open.count, 0))
        if trouble == nil { Journal.say(.warning, "a crash cannot be kept now, and is tried again: \(failure)") }
        trouble = failure
        let timer = try? loop.timer { [weak self] in
            self?.retryTimer = nil
            self?.write()
        }
        // Without a timer there is no telling when to try again.
        guard let timer else { return ready = [] }
        timer.arm(at: loop.now + Self.retryDelay)
        retryTimer = timer
    }

    private func take(_ briefs: [CrashBrief]) {
        self.briefs = briefs
        newest = Dictionary(briefs.map { ($0.service, $0) }) { first, _ in first }
    }
}
