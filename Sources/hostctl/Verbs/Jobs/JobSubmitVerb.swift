// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostctl job submit [-- COMMAND ARG…]`
enum JobSubmitVerb {
    static let verb = Verb(
        name: "job submit", operands: [.command],
        summary: "hand in a job, and print its number once it is on the disk",
        details: [
            "What is to be done is a command behind --, a kind of the configuration, or a file; what the command line "
                + "says goes before what the file says. A job without a kind works in the folder of the caller unless "
                + "--directory names another. It runs as the user who submits it.",
            "A file is JSON or TOML, by its name or by its first character; - is stdin. Its keys are "
                + JobSubmission.members.joined(separator: ", ") + "; a command is an array or, in TOML, a line for "
                + "/bin/sh; on_success and on_failure are { webhook = \"URL\" } or { exec = [...] }. At each "
                + "launch hostd fills in ${prompt}, ${session}, ${checkpoint}, ${attempt}, ${model}, ${job} and "
                + "${directory}; $${prompt} is a literal one, and any other ${…} stays as it stands.",
            "With --key a job is made once: the same key of the same user prints the number of the job that is there, "
                + "also years later. So a submission may be repeated when it is not known whether it arrived.",
            "--wait waits until the job is over and ends as hostctl job wait does; what came of it is said on stderr, "
                + "so that stdout has the number alone. -f shows the job's log meanwhile, on stdout: then the number "
                + "is on stderr. Interrupting hostctl does not touch the job.",
            "--json prints {\"id\": 42}, and with --wait the job on a further line when it is over.",
        ],
        sample: [
            "$ hostctl job submit --kind review --key pr-118 --prompt 'Review pull request 118'",
            "42",
            "$ hostctl job submit --wait -- make test",
            "43",
            "43: succeeded after 1 attempt in 3m 12s",
        ],
        options: [
            .kind, .file, .prompt, .key, .directory, .env, .priority, .after, .attempts, .backoff, .deadline,
            .attemptTimeout, .needs, .tier, .model, .hold, .onSuccessWebhook, .onSuccessExec, .onFailureWebhook,
            .onFailureExec, .wait, .follow,
        ],
        examples: [
            .init("hostctl job submit -- ./migrate.sh --all", "a command, in this folder"),
            .init("hostctl job submit --kind review --prompt 'Review PR 118'", "a kind of the configuration"),
            .init("hostctl job submit --kind review --prompt - < task.md", "the same, its task from a file"),
            .init("hostctl job submit --file job.toml --priority 5", "what a file says, with another priority"),
            .init("jq -n '{command: [\"make\", \"test\"]}' | hostctl job submit --file -", "JSON from stdin"),
            .init(
                "id=$(hostctl job submit --key nightly-$(date +%F) -- ./nightly)", "once a day, however often called"),
            .init("hostctl job submit --after 42 --on-failure-exec 'mail -s failed ops' -- ./deploy", "after another"),
            .init("hostctl job submit -f -- make test", "watch it, and end as it ends"),
        ],
        exitCodes: [
            .failed: "it did not work; with --wait, what the job ended with",
            .noSuchName: "there is no such kind, or no such job to come after",
            .badFile: "the file is wrong, or cannot be read",
        ],
        run: { session throws(Failure) in
            let request = session.request
            let submission = try SubmissionReader.read(request)
            let isFollowed = request.has(.follow)
            let receipt = try submit(submission, session)
            if session.wantsJSON {
                session.out.json((["id": .integer(receipt.id)] as JSON).bytes)
            } else if isFollowed {
                session.sayError("job \(receipt.id)")
            } else {
                session.out.line("\(receipt.id)")
            }
            session.out.flush()
            if !receipt.isNew, !session.wantsJSON {
                session.complain("the key \"\(CleanText.of(submission.key ?? ""))\" has made this job already")
            }
            guard isFollowed || request.has(.wait) else { return .fine }
            guard let id = JobID(receipt.id) else {
                throw Failure(.failed, "hostd gave a job the number \(receipt.id)")
            }
            let start = Clock.now
            if isFollowed {
                let limit = try request.time(.timeout)
                try JobFollower([id], session, throughHold: false).run(.all, until: limit.map { start + $0 })
            }
            var wait = JobWait(for: [id], session, isQuiet: true, since: start)
            session.jobStatus = try wait.run()
            return .fine
        })

    private static func submit(_ submission: JobSubmission, _ session: Session) throws(Failure) -> JobReceipt {
        var client = session.client
        // --timeout is for the job, where it is waited for.
        client.patience = session.request.verb.patience
        let teller = "hostctl job list"
        guard let answer = try client.post(.submit, body: submission.json.bytes, teller: teller) else {
            throw Failure(
                .unreachable,
                "hostd has not answered for \(TimeText.took(milliseconds: client.patience.seconds * 1000)) (\(teller) "
                    + "says whether the job is there; with --key it can be submitted again)")
        }
        return try client.read(answer.json, as: JobReceipt.init(json:))
    }
}
