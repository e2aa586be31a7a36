// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl job list`
enum JobListVerb {
    static let verb = Verb(
        name: "job list",
        summary: "the jobs of this host, the newest first",
        details: [
            "All of them, or those that --state, --kind and --user name; -n gives the newest of these.",
            "--json prints {\"jobs\": [{\"id\", \"state\", \"kind\", \"key\", \"uid\", \"priority\", \"created_at\", "
                + "\"since\", \"reason\", \"attempt_count\", \"progress\", \"next_attempt_at\"}]}.",
        ],
        sample: [
            "$ hostctl job list -n 3",
            "  ID  STATE      KIND    AGE    ATTEMPTS  PROGRESS          REASON",
            "◐ 44  waiting    review  12m           2  -                 backoff 15 s: exit 1 after 2 s",
            "● 43  running    -       3m 4s         1  40% 80/200 tests  started",
            "✔ 42  succeeded  review  2h 5m         3  100% 12/12        no findings",
        ],
        options: [.jobState, .kind, .user, .lines],
        examples: [
            .init("hostctl job list --state running,stalled", "what is under way"),
            .init("hostctl job list --kind review -n 20", "the newest twenty of one kind"),
            .init("hostctl job list --user agent --state failed --json | jq '.jobs[].id'", "one user's failures"),
        ],
        exitCodes: [.noSuchName: "there is no such user"],
        run: { session throws(Failure) in
            let request = session.request
            var query = JobQuery(
                states: try JobArguments.phases(request, among: JobPhase.allCases).map(\.rawValue),
                kind: request.value(.kind), uid: try JobArguments.uid(request))
            let wanted = try request.count(.lines) ?? .max
            query.limit = min(max(wanted, 1), JobQuery.largestPage)
            // Not to be read and written anew is worth a tenth of a second where there are ten thousand.
            let first = try session.client.get(.jobs(query))
            var list = first.json["jobs"]?.elements ?? []
            if session.wantsJSON, list.count < JobQuery.largestPage, list.count <= wanted {
                session.out.json(first.bytes)
                return .fine
            }
            var page = try session.client.read(first.json, as: JobList.init(json:)).jobs
            var jobs = Array(page.prefix(wanted))
            while page.count == query.limit, jobs.count < wanted, let last = page.last {
                query.before = last.id
                query.limit = min(wanted - jobs.count, JobQuery.largestPage)
                let answer = try session.client.get(.jobs(query))
                page = try session.client.read(answer.json, as: JobList.init(json:)).jobs
                list += answer.json["jobs"]?.elements ?? []
                jobs += page
            }
            if session.wantsJSON {
                session.out.json((["jobs": .array(Array(list.prefix(wanted)))] as JSON).bytes)
            } else {
                session.out.lines(JobTable(jobs, style: session.style, now: session.now).lines())
            }
            return .fine
        })
}
