// SPDX-License-Identifier: Apache-2.0

internal import HostBus
internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLoop
internal import HostStore

/// The end of hostd: with everything stopped, or leaving everything as it is.
extension Supervisor {
    /// So long the output of the last instances may take to reach its files.
    private static let drainPatience: Duration = .seconds(3)
    private static let flushLimit: Duration = .seconds(5)
    private nonisolated static let managerPatienceMicroseconds: UInt64 = 500_000

    /// SIGTERM. As a unit hostd asks the manager what it is part of: a restart leaves everything running for the next
    /// hostd; a stop, the shutdown of the host or no answer follow `stop_with_hostd`.
    func terminate() {
        guard manager.isThere, !isAskingManager, !isStopping else { return shutDown("SIGTERM") }
        isAskingManager = true
        files.submit(deadline: .microseconds(Self.managerPatienceMicroseconds)) { () -> String? in
            let manager = try? ServiceManager(patienceMicroseconds: Self.managerPatienceMicroseconds)
            return try? manager?.jobType()
        } then: { [weak self] (outcome: WorkOutcome<String?>) in
            guard let self, !isStopping else { return }
            if case .done(let job?) = outcome, ["restart", "try-restart"].contains(job) {
                return detach("the manager restarts it")
            }
            shutDown("SIGTERM")
        }
    }

    /// Stops all services in reverse order, saves their output, and ends the loop. Where services are to outlive hostd
    /// it leaves them running instead, unless nothing is to be left.
    func shutDown(_ why: String, leavingNothing: Bool = false) {
        guard !isStopping else { return hurry() }
        guard settings.stopWithHostd || leavingNothing else { return detach(why) }
        history.add(host: "stopping", "hostd stops everything: \(why)")
        onAllStopped = { [weak self] in self?.drainAndLeave() }
        isStopping = true
        // Jobs first: they may need the services until they have saved what they can.
        feedJobs(.shutDown(endsAttempts: true))
        if jobsAreQuiet { feed(.shutDown) } else { whenJobsAreQuiet { [weak self] in self?.feed(.shutDown) } }
        manager.stopping()
    }

    /// Asked again while it stops: no more grace.
    private func hurry() {
        Journal.say(.warning, "asked to stop again: SIGKILL to everything that is left")
        for service in machine.services.values {
            if let instance = service.state.instance { launcher.endTree(instance, grace: .zero) }
        }
        for job in jobs.board.jobs.values {
            if let instance = job.state.instance { launcher.endTree(instance, grace: .zero) }
        }
    }

    /// Leaves services, keepers and logger running for the next hostd.
    private func detach(_ why: String) {
        history.add(host: "detaching", "hostd leaves its services running: \(why)")
        manager.stopping()
        leave()
    }

    private func drainAndLeave() {
        onAllStopped = nil
        let timer = try? loop.timer { [weak self] in self?.endLogger() }
        timer?.arm(at: loop.now + Self.drainPatience)
        drainTimer = timer
        onFolderRemoved = { [weak self] in
            guard let self, self.traces.isEmpty else { return }
            self.endLogger()
        }
        onFolderRemoved?()
    }

    private func endLogger() {
        guard onFolderRemoved != nil else { return }
        onFolderRemoved = nil
        drainTimer = nil
        // The logger drains what is left, however long the disk takes: hostd itself waits only so long.
        let timer = try? loop.timer { [weak self] in self?.leave() }
        timer?.arm(at: loop.now + Self.drainPatience)
        drainTimer = timer
        logger.quit { [weak self] in self?.leave() }
    }

    private func leave() {
        guard !isLeaving else { return }
        isLeaving = true
        drainTimer = nil
        crashes.hurry()
        history.add(host: "stopped", "hostd ends")
        alerts.keepNow()
        series.keepNow()
        store.flush(limit: Self.flushLimit) { [loop] in loop.exit(code: 0) }
    }
}
