// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLogs
internal import HostLoop

/// From the first word of a keeper to the removal of its folder.
extension Supervisor {
    private static let lastLinePatience: Duration = .milliseconds(300)
    private nonisolated static let lastLineReach = 16 << 10
    private nonisolated static let lastLineLimit = 300

    /// A keeper's records say something new.
    func heard(_ instance: InstanceID, _ news: KeeperNews) {
        if let job = JobDesk.job(of: instance) { return heard(instance, of: job, news) }
        let name = instance.service
        switch news {
        case .started(let process, let at):
            wantPipes(of: instance)
            recoverSockets(of: instance)
            feed(name, .started(instance, process, at: at))
        case .exited(let report, let treeEmpty):
            wantPipes(of: instance)
            feed(name, .exited(instance, explained(report, of: instance), treeEmpty: treeEmpty))
            if treeEmpty { isOver(stray: instance) }
        case .notified(let record):
            if !record.status.isEmpty { traces[instance]?.said = record.status }
            feed(name, .notified(instance, record))
        case .keeperLost:
            if traces[instance]?.isStray == true { sweepStray(instance) }
            feed(name, .keeperLost(instance))
        case .neverRan:
            feed(name, .neverRan(instance))
            isOver(stray: instance)
        }
    }

    /// Lets the logger read the pipes of an instance.
    func wantPipes(of instance: InstanceID) {
        guard let trace = traces[instance], !trace.isTold else { return }
        trace.isTold = true
        let folder = launcher.folder(of: instance)
        let settings =
            machine.services[instance.service]?.specification.log
            ?? JobDesk.job(of: instance).flatMap { jobs.kinds[$0]?.log }
        for stream in trace.streams {
            // First how large it may become, then what goes into it.
            if let settings { logger.want(log: stream.log, settings) }
            let pipe = folder.pipe(stream.fifo)
            logger.want(
                LoggerLink.Pipe(
                    log: stream.log, key: Self.key(instance, stream.fifo), fifo: pipe.fifo, tail: pipe.tail))
        }
    }

    private static func key(_ instance: InstanceID, _ stream: String) -> String { "\(instance)/\(stream)" }

    /// All bytes of a pipe are in its log.
    func drained(_ key: String) {
        guard let slash = key.lastIndex(of: "/"), let instance = InstanceID(String(key[..<slash])),
            let trace = traces[instance]
        else { return }
        trace.undrained.remove(String(key[key.index(after: slash)...]))
        if trace.undrained.isEmpty {
            if trace.wantsLastLine { readLastLine(of: instance) }
            crashes.outputIsThere(of: instance)
            outputIsThere(of: instance)
        }
        removeIfOver(instance)
    }

    /// The disk of a log took no more for so long that lines are lost.
    func outputLost(_ log: String, _ loss: Loss) {
        let name = log.prefix { $0 != "/" }
        guard let service = ServiceName(String(name)) else { return }
        history.addLoss(name.count == log.count ? loss.text : "stderr: " + loss.text, of: service)
    }

    /// Nothing will be written to the folder any more.
    func keeperIsGone(_ instance: InstanceID) {
        // The log is drained soon; the logger says so.
        removeIfOver(instance)
    }

    /// Nothing of its tree is left: its folder goes when its output is saved.
    func forget(_ instance: InstanceID) {
        guard let trace = traces[instance] else { return launcher.remove(instance) }
        trace.isForgotten = true
        removeIfOver(instance)
    }

    private func removeIfOver(_ instance: InstanceID) {
        guard let trace = traces[instance], trace.isForgotten, !launcher.keeperLives(instance) else { return }
        guard !trace.isTold || trace.undrained.isEmpty else { return }
        if trace.wantsLastLine { readLastLine(of: instance) }
        crashes.outputIsThere(of: instance)
        traces[instance] = nil
        for stream in trace.streams where trace.isTold { logger.drop(Self.key(instance, stream.fifo)) }
        launcher.remove(instance)
        onFolderRemoved?()
    }

    /// Finds the last line that an instance wrote, as soon as its output is in the log.
    func findLastLine(_ instance: InstanceID) {
        guard let trace = traces[instance] else { return }
        trace.wantsLastLine = true
        if trace.undrained.isEmpty { return readLastLine(of: instance) }
        trace.lastLineTimer = try? loop.timer { [weak self] in self?.readLastLine(of: instance) }
        trace.lastLineTimer?.arm(at: loop.now + Self.lastLinePatience)
    }

    private func readLastLine(of instance: InstanceID) {
        guard let trace = traces[instance], trace.wantsLastLine else { return }
        trace.wantsLastLine = false
        trace.lastLineTimer = nil
        let started = launcher.folder(of: instance).record("start")?.integer("wall_ms", as: Int64.self)
        guard let started, let log = trace.streams.last?.log else { return }
        let reader = LogReader(folder: "\(folders.log)/\(log)")
        let others = trace.streams.dropLast().map { LogReader(folder: "\(folders.log)/\($0.log)") }
        files.submit(deadline: .seconds(5)) { () -> String? in
            for reader in [reader] + others {
                if let line = Self.lastLine(reader, since: started * 1000) { return line }
            }
            return nil
        } then: { [weak self] (outcome: WorkOutcome<String?>) in
            guard let self, case .done(let line?) = outcome else { return }
            self.history.addLastLine(line, of: instance)
            self.feed(instance.service, .lastLine(instance, line))
        }
    }

    private nonisolated static func lastLine(_ reader: LogReader, since wallMicroseconds: Int64) -> String? {
        guard let line = try? reader.lastLine(since: wallMicroseconds, limitBytes: lastLineReach) else { return nil }
        return String(decoding: line.text.prefix(lastLineLimit), as: UTF8.self)
    }

    /// What each log pipe may hold: design.md §4, "Pipe size".
    func pipeSizeBytes() -> Int {
        if pipeCount.services != machine.services.count {
            // Each with its relay.
            let ofJobs = 2 * jobs.board.concurrency
            let pipes = machine.services.values.reduce(2 + ofJobs) {
                $0 + ($1.specification.log.streams == .separate ? 4 : 2)
            }
            pipeCount = (machine.services.count, pipes)
        }
        return min(1 << 20, max(64 << 10, Self.userPipeBytes / 4 / pipeCount.pipes))
    }

    private static let userPipeBytes: Int = {
        let text = (try? Files.readText("/proc/sys/fs/pipe-user-pages-soft", limit: 64)) ?? ""
        return (Int(text.prefix { $0 != "\n" }) ?? 16384) * 4096
    }()
}
