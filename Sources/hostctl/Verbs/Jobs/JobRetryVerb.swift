// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl job retry ID…`
enum JobRetryVerb {
    static let verb = Verb(
        name: "job retry", operands: [.jobs(JobPhase.final.union([.held, .waiting]))],
        summary: "try jobs anew, whatever became of them",
        details: [
            "A job that has failed, was cancelled or is held is queued anew, with its count of failures at nothing and "
                + "its deadline from now. It goes on from its session and checkpoint, where it has them. One that "
                + "waits goes at once. \(JobArguments.help)",
            JobActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl job retry 42",
            "42: queued: a person wants it tried anew",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl job retry 42", "once what it failed of is mended"),
            .init("hostctl job retry $(hostctl job list --state failed --json | jq \".jobs[].id\")", "all that failed"),
        ],
        exitCodes: [.failed: "a job is in a state in which that means nothing", .noSuchName: "there is no such job"],
        patience: .seconds(90),
        run: { session throws(Failure) in try JobActionRun.run("retry", session) })
}
