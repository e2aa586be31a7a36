// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// Has ends kept that nobody wanted. It waits for the output of an instance to reach its log, reads and writes in the
/// Worker, several at once where there are several, and never holds anybody up: of more than `limit` that wait the
/// newest are kept, and what the disk refuses is tried again.
final class CrashBox {
    /// So many may wait.
    static let limit = 64
    private static let batchLimit = 16
    private static let patience: Duration = .seconds(2)
    private static let retryDelay: Duration = .seconds(10)
    private static let deadline: Duration = .seconds(20)

    private let loop: EventLoop
    private let files: Worker
    private let folder: CrashFolder
    /// Ends whose output is not all in its log.
    private var open: [(crash: CrashCase, timer: TimerSource?)] = []
    /// Ends that can be written.
    private var ready: [CrashCase] = []
    private var isWriting = false
    private var isReadingFigures = false
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

    /// An instance has ended; its output may still be on its way.
    func add(_ crash: CrashCase) {
        if open.count + ready.count >= Self.limit {
            dropped += 1
            if ready.isEmpty { open.removeFirst() } else { ready.removeFirst() }
        }
        let instance = crash.instance
        let timer = try? loop.timer { [weak self] in self?.outputIsThere(of: instance) }
        timer?.arm(at: loop.now + Self.patience)
        open.append((crash, timer))
        readFigures()
    }

    /// All that the instance wrote is in its log.
    func outputIsThere(of instance: InstanceID) {
        guard let index = open.firstIndex(where: { $0.crash.instance == instance }) else { return }
        ready.append(open.remove(at: index).crash)
        write()
    }

    /// hostd ends: nothing is waited for any more.
    func hurry() {
        ready += open.map(\.crash)
        open = []
        write()
    }

    /// All that was kept of one, as JSON.
    func read(_ id: String, then: @escaping (WorkOutcome<Result<[UInt8]?, SystemError>>) -> Void) {
        files.submit(
            deadline: .seconds(10),
            { [folder] in Result { () throws(SystemError) in try folder.read(id) } }, then: then)
    }

    /// How the host is doing, as soon after the end as the Worker comes to it.
    private func readFigures() {
        guard !isReadingFigures else { return }
        isReadingFigures = true
        var paths: [InstanceID: String] = [:]
        for (crash, _) in open where crash.host == nil { paths[crash.instance] = crash.cgroup ?? "" }
        files.submit(deadline: Self.deadline) { [paths] in
            (HostFigures.read(), paths.mapValues { $0.isEmpty ? nil : CgroupFigures($0) })
        } then: { [weak self] (outcome: WorkOutcome<(HostFigures, [InstanceID: CgroupFigures?])>) in
            guard let self else { return }
            self.isReadingFigures = false
            guard case .done(let (host, cgroups)) = outcome else { return }
            self.give(host, cgroups)
            if self.open.contains(where: { $0.crash.host == nil }) { self.readFigures() }
        }
    }

    private func give(_ host: HostFigures, _ cgroups: [InstanceID: CgroupFigures?]) {
        for index in open.indices {
            guard let own = cgroups[open[index].crash.instance] else { continue }
            open[index].crash.host = host
            open[index].crash.cgroupFigures = own
        }
        for index in ready.indices {
            guard let own = cgroups[ready[index].instance] else { continue }
            ready[index].host = host
            ready[index].cgroupFigures = own
        }
    }

    private func write() {
        guard !isWriting, retryTimer == nil, !ready.isEmpty else { return }
        isWriting = true
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
            self.write()
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
