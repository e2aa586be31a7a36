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
    private static let answerPatience: Duration = .seconds(1)
    private static let answerPause: Duration = .milliseconds(10)
    /// A manager that reads its units anew does not answer meanwhile. To take a restart for a stop would cost all
    /// services; to wait costs a stop so long, and only where there is a manager that hangs.
    private nonisolated static let managerPatienceMicroseconds: UInt64 = 3_000_000

    /// SIGTERM. As a unit hostd asks the manager what it is part of: a restart leaves everything running for the next
    /// hostd; a host that goes down ends everything; a stop or no answer follow `stop_with_hostd`.
    func terminate() {
        guard manager.isThere, !isAskingManager, !isStopping else { return shutDown("SIGTERM") }
        isAskingManager = true
        files.submit(deadline: .microseconds(Self.managerPatienceMicroseconds)) { () -> ManagerWord? in
            guard let manager = try? ServiceManager(patienceMicroseconds: Self.managerPatienceMicroseconds) else {
                return nil
            }
            let word = ManagerWord(job: try? manager.jobType(), isGoingDown: (try? manager.isShuttingDown()) == true)
            // A stop lasts: nobody who only looks brings hostd back.
            if word.job == "stop", !word.isGoingDown { try? manager.stopTriggers() }
            return word
        } then: { [weak self] (outcome: WorkOutcome<ManagerWord?>) in
            guard let self, !isStopping else { return }
            guard case .done(let word?) = outcome else { return shutDownAsTold("SIGTERM", leavingNothing: false) }
            if word.isRestart { return detach("the manager restarts it") }
            shutDownAsTold(word.isGoingDown ? "the host goes down" : "SIGTERM", leavingNothing: word.isGoingDown)
        }
    }

    private func shutDownAsTold(_ why: String, leavingNothing: Bool) {
        isAskingManager = false
        shutDown(why, leavingNothing: leavingNothing)
        // What waited for this learns that it never began.
        launchWaiting()
    }

    private nonisolated struct ManagerWord: Sendable {
        let job: String?
        let isGoingDown: Bool

        var isRestart: Bool { ["restart", "try-restart"].contains(job) }
    }

    /// Stops all services in reverse order, saves their output, and ends the loop. Where services are to outlive hostd
    /// it leaves them running instead, unless nothing is to be left, or the host goes down and nothing can be.
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
        // Where the manager listens on, who comes now is answered by the next hostd.
        holdVisitors?(true)
        store.flush(limit: Self.flushLimit) { [weak self] in
            guard let self else { return }
            leaveWhenAnswered(until: loop.now + Self.answerPatience)
        }
    }

    /// Ends the loop when those who were let in have their answers. Requests that wait for something to happen on the
    /// host are not waited for.
    private func leaveWhenAnswered(until deadline: Instant) {
        let waiting = actions.count + jobs.waiting.count + reloadsAsked.count
        guard (openRequests?() ?? 0) > waiting, loop.now < deadline else { return loop.exit(code: 0) }
        drainTimer = try? loop.timer { [weak self] in self?.leaveWhenAnswered(until: deadline) }
        drainTimer?.arm(at: loop.now + Self.answerPause)
    }
}
