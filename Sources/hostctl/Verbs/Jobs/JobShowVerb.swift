// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl job show ID…`
enum JobShowVerb {
    static let verb = Verb(
        name: "job show", operands: [.jobs()],
        summary: "one job in depth: its state, its attempts, what was submitted",
        details: [
            "Its state with since when and why, what happens next, how far it is, the session and checkpoint from "
                + "which it goes on; each attempt with how long it took, how it ended, its model and why it ended; and "
                + "what was submitted, without the values of its environment. \(JobArguments.help)",
            "--json prints what hostd says, unchanged, a job a line: {\"id\", \"state\", \"kind\", \"attempts\": "
                + "[{\"number\", \"state\", \"reason\", \"exit\", \"model\", …}], \"progress\", \"result\", …}.",
        ],
        sample: [
            "$ hostctl job show 44",
            "◐ job 44 waiting",
            "      since  2026-11-25 17:40:12 (25s ago)",
            "     reason  backoff 40 s: exit 1 after 2.0 s, last line: API Error: 529 overloaded",
            "       next  tried again in 15s, at 2026-11-25 17:40:52",
            "       kind  review",
            "  submitted  2026-11-25 17:28:02 (12m 35s ago) by uid 1000",
            "   progress  █████████░░░░░░░░░░░░░░░ 40%  80/200 tests",
            "   attempts  2, 1 of 6 failures since it last made progress",
            "    session  4f7c9a52-2c31-4f0e-9d50-0d6f1c6d2f11",
            "        log  /var/log/hostd/job-44/current",
            "",
            "attempts",
            "  NO  STATE   STARTED              TOOK    HOW      EXIT    MODEL                       REASON",
            "✖  1  failed  2026-11-25 17:28:02  12m     afresh   exit 1  deepseek/deepseek-v4-flash  exit 1 after 12m",
            "✖  2  failed  2026-11-25 17:40:10  2.0 s   resumed  exit 1  deepseek/deepseek-v4-flash  exit 1 after 2 s",
            "",
            "what was submitted",
            "       kind  review",
            "     prompt  Review pull request 118",
        ],
        examples: [
            .init("hostctl job show 42", "all that is known of it"),
            .init("hostctl job show 42 --json | jq -r .result", "what it came to, for scripts"),
        ],
        exitCodes: [.noSuchName: "there is no such job"],
        run: { session throws(Failure) in
            var code = ExitCode.fine
            let ids = try JobArguments.ids(session.request.words)
            for (index, id) in ids.enumerated() {
                do throws(Failure) {
                    let answer = try session.client.get(.job(id))
                    if session.wantsJSON {
                        session.out.json(answer.bytes)
                        continue
                    }
                    let job = try session.client.read(answer.json, as: JobStatus.init(json:))
                    if index > 0 { session.out.line("") }
                    session.out.lines(JobPage(job: job, style: session.style, now: session.now).lines())
                } catch {
                    guard error.code == .noSuchName else { throw error }
                    session.complain(error.text)
                    code = error.code
                }
            }
            return code
        })
}
