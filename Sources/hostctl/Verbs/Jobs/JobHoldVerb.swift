// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl job hold ID…`
enum JobHoldVerb {
    static let verb = Verb(
        name: "job hold", operands: [.jobs(JobPhase.open)],
        summary: "stop jobs, to go on with them later",
        details: [
            "What runs of a job is asked for a checkpoint where it can, and stopped; nothing happens to the job before "
                + "hostctl job release. It lasts over restarts of hostd and of the host. \(JobArguments.help)",
            JobActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl job hold 42",
            "42: held: held by a person",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl job hold 42", "make room for something else"),
            .init("hostctl job hold $(hostctl job list --state running --json | jq \".jobs[].id\")", "all that run"),
        ],
        exitCodes: [.failed: "a job is in a state in which that means nothing", .noSuchName: "there is no such job"],
        patience: .seconds(90),
        run: { session throws(Failure) in try JobActionRun.run("hold", session) })
}
