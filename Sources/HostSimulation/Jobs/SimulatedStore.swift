// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The store of jobs: what is given to it is on the disk a little later, or when the disk works again. What hostd still
/// had in hand when it was killed is lost.
struct SimulatedStore {
    /// One write.
    struct Write {
        let job: JobRecord
        let attempt: AttemptRecord?
        let number: UInt64
    }

    private(set) var jobs: [JobID: JobRecord] = [:]
    private(set) var attempts: [InstanceID: AttemptRecord] = [:]
    /// The epoch in which each attempt was launched, as its folder says.
    var epochs: [InstanceID: Int] = [:]
    var failsUntil: Instant = .zero
    var pending: [Write] = []
    var isBusy = false

    /// Commits all that is pending; the writes that are now on the disk.
    mutating func commit() -> [Write] {
        let done = pending
        pending = []
        for write in done {
            jobs[write.job.id] = write.job
            if let attempt = write.attempt { attempts[write.job.id.instance(attempt.number)] = attempt }
        }
        return done
    }
}
