// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl job release ID…`
enum JobReleaseVerb {
    static let verb = Verb(
        name: "job release", operands: [.jobs([.held, .waiting])],
        summary: "go on with jobs that are held",
        details: [
            "A job that is held is queued again and goes on from its session and checkpoint, where it has them. One "
                + "that waits for the end of a pause or for another job waits no longer. \(JobArguments.help)",
            JobActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl job release 42",
            "42: queued: released by a person",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl job release 42", "go on with it")
        ],
        exitCodes: [.failed: "a job is in a state in which that means nothing", .noSuchName: "there is no such job"],
        patience: .seconds(90),
        run: { session throws(Failure) in try JobActionRun.run("release", session) })
}
