// SPDX-License-Identifier: Apache-2.0

import HostCore

/// One launch of a job as the kernel and the folders know it, whatever hostd knows.
final class SimulatedAttempt {
    let id: InstanceID
    let job: JobID
    let launchedAt: Instant
    /// It fails after so many steps of its own; nil: it goes through.
    let failsAfter: Int?
    /// It hangs after so many steps of its own.
    let hangsAfter: Int?
    /// What its output says of a failure.
    let failure: AttemptFailure.Class
    /// A tool in a session of its own outlives the main process until somebody ends it.
    let hasTool: Bool
    /// It never starts: the clone, or the exec.
    let isStillborn: Bool
    var stepsDone = 0
    var keeperLives = true
    var keeperHangs = false
    var mainLives = false
    var toolLives = false
    var process: ProcessIdentity?
    var startedAt: Instant?
    /// The exit record; it lies in the state folder and outlives a reboot.
    var exit: ExitReport?
    var exitSaysEmpty = false
    /// All is done: so its output says.
    var saysDone = false
    /// hostd, or a person, had a hand in its end.
    var wasDisturbed = false
    /// Its keeper, or a person's wish, made its end late.
    var mayBeLate = false
    /// When hostd was last told what its output says.
    var judgedAt: Instant?

    init(
        _ id: InstanceID, _ job: JobID, at now: Instant, failsAfter: Int?, hangsAfter: Int?,
        failure: AttemptFailure.Class, hasTool: Bool, isStillborn: Bool
    ) {
        self.id = id
        self.job = job
        launchedAt = now
        self.failsAfter = failsAfter
        self.hangsAfter = hangsAfter
        self.failure = failure
        self.hasTool = hasTool
        self.isStillborn = isStillborn
    }

    var treeLives: Bool { mainLives || toolLives }

    /// What the records and the lock say of it.
    var news: [JobEvent] {
        var events: [JobEvent] = []
        if let process, let startedAt { events.append(.started(id, process, at: startedAt)) }
        if let exit { events.append(.exited(id, exit, treeEmpty: exitSaysEmpty)) }
        if !keeperLives, !exitSaysEmpty { events.append(process == nil ? .neverRan(id) : .keeperLost(id)) }
        return events
    }
}
