// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl job ACTION`
enum JobVerb {
    static let verb = Verb(
        name: "job",
        actions: [
            JobSubmitVerb.verb, JobListVerb.verb, JobShowVerb.verb, JobLogsVerb.verb, JobWaitVerb.verb,
            JobCancelVerb.verb, JobRetryVerb.verb, JobHoldVerb.verb, JobReleaseVerb.verb, JobPruneVerb.verb,
        ],
        summary: "long jobs: hand them in, see how they do, steer them",
        details: [
            "A job runs to its end, once, and is resumed until it gets there: over crashes, reboots, outages and "
                + "upgrades of hostd. Each launch of it is an attempt. \(JobArguments.help)",
            "A job is queued (waits for a free place), waiting (for another job, for the end of a pause, or for a "
                + "condition of the host), running, stalled (found to hang, and being ended), held (until somebody "
                + "releases it), succeeded, failed or cancelled.",
        ],
        examples: [
            .init("hostctl job submit -- make test", "make test in this folder, until it is through"),
            .init("hostctl job list --state running,held", "what runs and what is held"),
            .init("hostctl job wait 42 && ./publish", "go on when job 42 has succeeded"),
        ],
        exitCodes: [.noSuchName: "there is no such job"],
        run: { session throws(Failure) in throw .usage("\(session.request.verb.name) needs an action") })
}
