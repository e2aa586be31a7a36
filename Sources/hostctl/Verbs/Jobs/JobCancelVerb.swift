// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl job cancel ID…`
enum JobCancelVerb {
    static let verb = Verb(
        name: "job cancel", operands: [.jobs(JobPhase.open)],
        summary: "end jobs for good",
        details: [
            "What runs of a job is stopped, with all of its processes, and the job is cancelled; it goes on only when "
                + "somebody wants it tried anew. Waits until that is done, or 90 s have passed; hostd goes on in any "
                + "case. \(JobArguments.help)",
            JobActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl job cancel 42",
            "42: cancelled: cancelled by a person",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl job cancel 42", "end it, and wait until all of it is gone"),
            .init("hostctl job cancel 42 43 --no-wait", "only say so"),
        ],
        exitCodes: [.failed: "a job is in a state in which that means nothing", .noSuchName: "there is no such job"],
        patience: .seconds(90),
        run: { session throws(Failure) in try JobActionRun.run("cancel", session) })
}
