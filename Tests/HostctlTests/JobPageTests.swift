// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@Suite struct JobPageTests {
    @Test func oneJobInDepth() throws {
        var job = Samples.job(44, "waiting", "backoff 40 s: exit 1 after 2 s")
        job.brief.since = Samples.dawn
        job.brief.createdAt = Samples.dawn
        job.brief.kind = "review"
        job.brief.key = "pr-118"
        job.brief.priority = 5
        job.brief.progress = JobBrief.Progress(done: 80, total: 200, text: "tests")
        job.brief.nextAttemptAt = Samples.ago(seconds: -40)
        (job.failures, job.failuresAllowed, job.disruptions) = (1, 6, 2)
        job.session = "4f7c9a52"
        job.checkpoint = "step 80"
        job.after = [40, 41]
        job.log = "/var/log/hostd/job-44/current"
        job.submission = [
            "kind": "review", "command": ["claude", "-p", "it's ${prompt}"], "env": ["KEY": "hidden"], "priority": 5,
        ]
        var first = JobAttempt(number: 1, state: "failed", startedAt: Samples.dawn)
        first.endedAt = WallTime(milliseconds: Samples.dawn.milliseconds + 2000)
        first.exit = JobAttempt.Exit(code: 1, signal: nil)
        first.reason = "exit 1 after 2 s"
        first.model = "deepseek/deepseek-v4-flash"
        var second = first
        (second.number, second.state, second.isResumed) = (2, "disrupted", true)
        second.exit = JobAttempt.Exit(code: nil, signal: 9)
        second.reason = "hostd stops"
        job.attempts = [first, second]
        let standIn = try StandIn(JobHost([job]).answer)
        let result = try Hostctl.run(["job", "show", "44"], at: standIn)
        let ago = "\(Int64(Samples.ago(seconds: 0).milliseconds - Samples.dawn.milliseconds) / 86_400_000)d ago"
        let lines = result.out.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines[3].hasPrefix("       next  tried again in 39s, at 20"))
        #expect(
            (lines[..<3] + lines[4...]).joined(separator: "\n") == """
                ~ job 44 waiting
                      since  2020-05-18 09:30:00 (\(ago))
                     reason  backoff 40 s: exit 1 after 2 s
                       kind  review
                        key  pr-118
                  submitted  2020-05-18 09:30:00 (\(ago)) by uid 1000, priority 5
                   progress  #########............... 40%  80/200 tests
                   attempts  3, 1 of 6 failures since it last made progress, 2 disruptions
                    session  4f7c9a52
                 checkpoint  step 80
                      after  40, 41
                        log  /var/log/hostd/job-44/current

                attempts
                  NO  STATE      STARTED              TOOK   HOW      EXIT     MODEL                       REASON
                x  1  failed     2020-05-18 09:30:00  2.0 s  afresh   exit 1   deepseek/deepseek-v4-flash  exit 1 \
                after 2 s
                !  2  disrupted  2020-05-18 09:30:00  2.0 s  resumed  SIGKILL  deepseek/deepseek-v4-flash  hostd stops

                what was submitted
                       kind  review
                    command  claude -p 'it'\\''s ${prompt}'
                        env  KEY=hidden
                   priority  5

                """)
        #expect(result.code == 0)
        let json = try Hostctl.run(["job", "show", "44", "--json"], at: standIn)
        #expect(try JobStatus(json: JSON(parsing: Array(json.out.utf8))) == job)
    }

    @Test func whatItsAttemptsUsedIsShownWhereTheySayIt() throws {
        var job = Samples.job(44, "waiting")
        var first = JobAttempt(number: 1, state: "failed", startedAt: Samples.dawn)
        first.endedAt = WallTime(milliseconds: Samples.dawn.milliseconds + 2000)
        first.model = "a/b"
        var second = first
        second.number = 2
        (second.tokensInput, second.tokensOutput) = (12_399, 1_999_999)
        (second.toolCalls, second.toolFailures, second.tier, second.blamesModel) = (7, 2, "agent", true)
        job.attempts = [first, second]
        let standIn = try StandIn(JobHost([job]).answer)
        let lines = try Hostctl.run(["job", "show", "44"], at: standIn).out.split(separator: "\n")
        #expect(lines.contains { $0.contains("  MODEL        TOKENS  REASON") }, "\(lines)")
        #expect(lines.contains { $0.contains("  a/b               -") }, "\(lines)")
        #expect(lines.contains { $0.contains("  a/b    12.3k + 1.9M") }, "\(lines)")
        let json = try Hostctl.run(["job", "show", "44", "--json"], at: standIn)
        #expect(try JobStatus(json: JSON(parsing: Array(json.out.utf8))) == job)
    }

    @Test(arguments: [
        ("queued", "starts when a place is free"),
        ("held", "hostctl job release 42 goes on with it, hostctl job cancel 42 ends it"),
        ("failed", "hostctl job retry 42 tries it anew"),
        ("stalled", "this attempt is ended, and another goes on with it"),
        ("waiting", "starts when job 41 has succeeded"),
    ])
    func itSaysWhatComesNext(state: String, next: String) throws {
        var job = Samples.job(42, state)
        job.after = [41]
        let result = try Hostctl.run(["job", "show", "42"], at: try StandIn(JobHost([job]).answer))
        #expect(result.out.contains("\n       next  \(next)\n"))
    }

    @Test func whatAJobSaysCannotSteerTheTerminal() throws {
        var job = Samples.job(42, "succeeded", "\u{1B}[2Jgone")
        job.result = "a\u{1B}]0;evil\u{7}\nb"
        job.brief.progress = JobBrief.Progress(done: 1, total: nil, text: "\u{1B}[31m")
        job.submission = ["prompt": .string("x\u{1B}[2J" + String(repeating: "long ", count: 200))]
        let standIn = try StandIn(JobHost([job]).answer)
        for arguments in [["job", "show", "42"], ["job", "list"], ["job", "wait", "42"]] {
            #expect(try !Hostctl.run(arguments, at: standIn).out.contains("\u{1B}"))
        }
        let narrow = try PseudoTerminal.run(["job", "show", "42", "--no-color"], at: standIn, columns: 60)
        #expect(narrow.out.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 60 })
        #expect(narrow.out.hasSuffix("…\n") && narrow.out.split(separator: "\n").count < 16, "a long prompt is cut")
    }

    @Test func ofSeveralEachHasAPageAndOneThatIsMissingIsSaid() throws {
        let standIn = try StandIn(JobHost([Samples.job(1, "queued"), Samples.job(3, "running")]).answer)
        let result = try Hostctl.run(["job", "show", "1", "2", "3"], at: standIn)
        #expect(result.out.contains("- job 1 queued\n") && result.out.contains("\n\n* job 3 running\n"))
        #expect(result.err == "hostctl: there is no job 2 (hostctl job list)\n" && result.code == 4)
    }
}
