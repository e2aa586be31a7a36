// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl job wait ID…`
enum JobWaitVerb {
    static let verb = Verb(
        name: "job wait", operands: [.jobs()],
        summary: "wait until jobs are over, and end as they did",
        details: [
            "Waits for ever, or for --timeout. On a terminal a line shows how far they are, with a bar where the job "
                + "says how much there is to do. A hostd that is away meanwhile is waited for. \(JobArguments.help)",
            JobEnd.help,
            "A job that is held will not go on by itself: that ends the waiting, unless --through-hold is given.",
            "--json prints each job as hostctl job show does, once it is over.",
        ],
        sample: [
            "$ hostctl job wait 42 43",
            "42: succeeded after 3 attempts in 2h 5m: no findings",
            "43: failed after 6 attempts: exit 2 after 4.1 s, last line: no rule to make target",
            "$ echo $?",
            "2",
        ],
        options: [.throughHold],
        examples: [
            .init("hostctl job wait 42 && ./publish", "go on when it has succeeded"),
            .init("hostctl job wait 42 43 44 --timeout 2h", "of several all have to get there"),
            .init("hostctl job wait 42 --through-hold", "also over the days that somebody holds it"),
        ],
        exitCodes: [
            .failed: "a job failed without an exit code, was cancelled, is held, or was not through in time",
            .noSuchName: "there is no such job",
        ],
        run: { session throws(Failure) in
            var wait = JobWait(for: try JobArguments.ids(session.request.words), session)
            session.jobStatus = try wait.run()
            return .fine
        })
}
