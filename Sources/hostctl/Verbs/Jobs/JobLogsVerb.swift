// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl job logs ID…`
enum JobLogsVerb {
    static let verb = Verb(
        name: "job logs", operands: [.jobs()],
        summary: "what jobs wrote, over all of their attempts",
        details: [
            "As hostctl logs has it, whose options it takes: the last 100 lines, or all that --since, --until, --grep "
                + "and --instance leave. --instance 3 is what the third attempt wrote. \(JobArguments.help)",
            "With -f it goes on with what is new until the job is over or held. A hostd that is away is waited for.",
            "--json prints one object a line: {\"service\", \"stream\", \"at\", \"text\"}; the service is job-42.",
        ],
        options: [.follow, .lines, .since, .until, .grep, .instance, .timestamps, .stdout, .stderr, .throughHold],
        examples: [
            .init("hostctl job logs 42 -f", "the last lines, then what is new, until it is over"),
            .init("hostctl job logs 42 --instance 3", "what the third attempt wrote"),
            .init("hostctl job logs 42 -n all", "all that is kept"),
        ],
        exitCodes: [.noSuchName: "there is no such job"],
        run: { session throws(Failure) in
            let wish = try LogWish(session)
            let ids = try JobArguments.ids(session.request.words)
            try JobFollower(ids, session, throughHold: session.request.has(.throughHold)).run(wish)
            return .fine
        })
}
