// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import Synchronization
import Testing

@Suite struct JobTests {
    private static let jobs: [JobStatus] = {
        var running = Samples.job(43, "running", "started")
        running.brief.kind = "review"
        running.brief.progress = JobBrief.Progress(done: 80, total: 200, text: "tests")
        var done = Samples.job(42, "succeeded", "all is well")
        done.brief.progress = JobBrief.Progress(done: 12, total: 12, text: "")
        return [done, running, Samples.job(144, "held", "exit 78 says so")]
    }()

    @Test func theListSaysHowEachIs() throws {
        let standIn = try StandIn(JobHost(Self.jobs).answer)
        let result = try Hostctl.run(["job", "list"], at: standIn)
        #expect(
            result.out
                == """
                   ID  STATE      KIND    AGE    ATTEMPTS  PROGRESS          REASON
                x 144  held       -       2h 8m         3  -                 exit 78 says so
                *  43  running    review  2h 8m         3  40% 80/200 tests  started
                +  42  succeeded  -       2h 8m         3  100% 12/12        all is well

                """)
        #expect(result.code == 0 && standIn.questions.map(\.target) == ["/v1/jobs?limit=10000"])
    }

    @Test func hostdIsAskedForThoseThatAreWanted() throws {
        let standIn = try StandIn(JobHost(Self.jobs).answer)
        let result = try Hostctl.run(
            ["job", "list", "--state", "held,running", "--state=held", "--kind", "a b", "--user", "root", "-n", "1"],
            at: standIn)
        #expect(result.out.contains("x 144") && !result.out.contains(" 43 "))
        #expect(
            standIn.questions.map(\.target) == ["/v1/jobs?state=held%2Crunning&kind=a%20b&uid=0&limit=1"])
        let unknown = try Hostctl.run(["job", "list", "--user", "no-such-user"], at: standIn)
        #expect(
            unknown.err == "hostctl: --user: there is no user \"no-such-user\" (getent passwd lists them)\n"
                && unknown.code == 4)
        let wrong = try Hostctl.run(["job", "list", "--state", "runing"], at: standIn)
        #expect(wrong.err == "hostctl: --state: \"runing\" is none of these (did you mean running?)\n")
        #expect(wrong.code == ExitCode.usage.rawValue)
    }

    @Test func theJSONOfAListIsWhatHostdSaid() throws {
        let standIn = try StandIn(JobHost(Self.jobs).answer)
        let result = try Hostctl.run(["job", "list", "--json"], at: standIn)
        #expect(
            result.out == String(decoding: JobList(jobs: Self.jobs.map(\.brief).reversed()).json.bytes, as: UTF8.self)
                + "\n")
    }

    @Test func moreThanOneAnswerHoldsAreListed() throws {
        let standIn = try StandIn(JobHost((1...10_050).map { Samples.job($0, "queued") }).answer)
        let result = try Hostctl.run(["job", "list", "-n", "10020"], at: standIn)
        let lines = result.out.split(separator: "\n")
        #expect(lines.count == 10_021 && lines.last?.hasPrefix("-    31  queued") == true)
        #expect(
            standIn.questions.map(\.target) == ["/v1/jobs?limit=10000", "/v1/jobs?limit=20&before=51"])
    }

    @Test func whatIsWantedIsSaidOfEach() throws {
        let standIn = try StandIn(JobHost(Self.jobs).answer)
        let result = try Hostctl.run(["job", "cancel", "43", "42", "7", "job-144"], at: standIn)
        #expect(result.out == "43: cancelled: a person wants it\n144: cancelled: a person wants it\n")
        #expect(
            result.err == """
                42: it has succeeded already (hostctl job retry tries it anew)
                7: there is no job 7 (hostctl job list)

                """)
        #expect(result.code == 1)
        #expect(standIn.questions.first?.target == "/v1/jobs/43/cancel" && standIn.questions.first?.method == "POST")
        #expect(try Hostctl.run(["job", "hold", "7"], at: standIn).code == 4)
    }

    @Test(arguments: [("hold", "held"), ("release", "queued"), ("retry", "queued"), ("cancel", "cancelled")])
    func eachActionIsARequest(action: String, state: String) throws {
        let standIn = try StandIn(JobHost(Self.jobs).answer)
        let result = try Hostctl.run(["job", action, "43", "--no-wait", "--json"], at: standIn)
        #expect(
            result.out
                == #"{"id":43,"action":"\#(action)","ok":true,"state":"\#(state)","reason":"a person wants it"}"# + "\n"
        )
        #expect(standIn.questions.map(\.target) == ["/v1/jobs/43/\(action)?wait=false"])
    }

    @Test func whatIsNotDoneInTimeIsSaid() throws {
        let standIn = try StandIn { _ in .silence }
        let result = try Hostctl.run(["job", "cancel", "42", "--timeout", "50ms"], at: standIn)
        #expect(
            result.err
                == "42: not done after 50 ms (hostd goes on; hostctl job show 42 says how far it is, "
                + "--timeout waits longer)\n"
        )
        #expect(result.code == 1)
    }

    @Test func jobsThatAreOverAreForgotten() throws {
        let standIn = try StandIn(JobHost([]).answer)
        func body(_ arguments: String...) throws -> JSON {
            let result = try Hostctl.run(["job", "prune"] + arguments, at: standIn)
            #expect(result.out == "2 jobs are forgotten: 12, 15\n")
            return try JSON(parsing: #require(standIn.questions.last).body)
        }
        #expect(
            try body("--older", "1d") == ["older_s": 86_400, "states": ["succeeded", "failed", "cancelled"]])
        #expect(try body("--state", "failed") == ["older_s": 0, "states": ["failed"]])
        #expect(try body("12", "job-15") == ["ids": [12, 15]])
        #expect(standIn.questions.last?.target == "/v1/jobs/prune")
        let left = try Hostctl.run(["job", "prune", "12", "16"], at: standIn)
        #expect(left.err == "hostctl: job 16 is not forgotten: it is not over, or there is no such job\n")
        #expect(left.code == 1)
        for wrong in [[], ["--state", "running"], ["12", "--older", "1d"], ["--older", "5"]] {
            #expect(try Hostctl.run(["job", "prune"] + wrong, at: standIn).code == 2)
        }
    }

    @Test func theLogIsThatOfTheJobToItsEnd() throws {
        let host = JobHost(Self.jobs + [Samples.job(43, "succeeded")], wrote: ["one", "two"], rest: "rest")
        let standIn = try StandIn(host.answer)
        let all = try Hostctl.run(["job", "logs", "42", "-n", "2", "--instance", "job-42.3"], at: standIn)
        #expect(all.out == "two\nrest\n" && all.code == 0)
        #expect(standIn.questions.map(\.target) == ["/v1/jobs/42", "/v1/jobs/42/logs?lines=2&instance=3"])
        let followed = try Hostctl.run(["job", "logs", "-f", "43"], at: standIn)
        #expect(followed.out == "one\ntwo\nrest\n" && followed.code == 0)
        let missing = try Hostctl.run(["job", "logs", "7"], at: standIn)
        #expect(missing.err == "hostctl: there is no job 7 (hostctl job list)\n" && missing.code == 4)
    }

    @Test func aJobThatNeverRanHasAnEmptyLogThatCanBeFollowed() throws {
        let states = ["queued", "queued", "running", "succeeded"].map { Samples.job(43, $0) }
        let host = JobHost(states, wrote: ["one"])
        let missing = Mutex(2)
        let standIn = try StandIn { question in
            let isMissing =
                question.path.last == "logs"
                && missing.withLock { count in
                    count -= 1
                    return count >= 0
                }
            return isMissing ? .error(404, "no log is there") : host.answer(question)
        }
        let result = try Hostctl.run(["job", "logs", "43", "-f"], at: standIn)
        #expect(result.out == "one\n" && result.err.isEmpty && result.code == 0)
    }

    @Test func idsAreCompletedWithTheirStates() throws {
        let standIn = try StandIn(JobHost(Self.jobs).answer)
        func lines(_ words: String...) throws -> [String] {
            try Hostctl.run(["__complete", "job"] + words, at: standIn).out.split(separator: "\n").map(String.init)
        }
        #expect(try lines("show", "") == ["144\theld", "43\trunning, review", "42\tsucceeded"])
        #expect(try lines("show", "43", "4") == ["42\tsucceeded"])
        #expect(try lines("cancel", "") == ["144\theld", "43\trunning, review"])
        #expect(try lines("release", "1") == ["144\theld"])
        #expect(try lines("w") == ["wait\twait until jobs are over, and end as they did"])
        #expect(try lines("list", "--state", "s") == ["stalled", "succeeded"])
        #expect(try lines("submit", "--file", "") == [":files"])
        #expect(try lines("submit", "--", "") == [":files"])
        #expect(try lines("nonsense", "").isEmpty)
        #expect(
            try Hostctl.run(["__complete", "help", "job", "li"]).out
                == "list\tthe jobs of this host, the newest first\n")
    }

    @Test func anActionThatIsNoneSaysWhichIsMeant() throws {
        let wrong = try Hostctl.run(["job", "sumbit"])
        #expect(wrong.err == "hostctl: \"sumbit\" is nothing that job does (did you mean submit?)\n" && wrong.code == 2)
        let none = try Hostctl.run(["job"])
        #expect(
            none.err == "hostctl: job needs one of submit, list, show, logs, wait, cancel, retry, hold, release, "
                + "prune, like: hostctl job submit -- make test\n" && none.code == 2)
        let help = try Hostctl.run(["job", "wait", "--help"])
        #expect(help.out.hasPrefix("usage: hostctl job wait ID… [options]\n") && help.code == 0)
        #expect(try Hostctl.run(["help", "job", "wait"]).out == help.out)
        #expect(try Hostctl.run(["job", "--help"]).out.contains("\n  release  go on with jobs that are held\n"))
    }

    @Test func theHostAtAGlanceSaysWhichJobsNeedALook() throws {
        var host = Samples.host([Samples.gateway])
        host.jobs = JobCounts(["running": 2, "held": 1, "failed": 2])
        let json = host.json
        var old = Samples.job(40, "failed", "long ago")
        old.brief.since = Samples.ago(seconds: 25 * 3600)
        let jobs = JobHost(Self.jobs + [old])
        let standIn = try StandIn { $0.path == ["v1", "status"] ? .json(json) : jobs.answer($0) }
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.out.contains("\njobs 2 running, 1 held, 2 failed\n"))
        #expect(
            result.out.hasSuffix(
                """

                jobs to look at (hostctl job show ID says more)
                   ID  STATE  KIND  AGE    ATTEMPTS  PROGRESS  REASON
                x 144  held   -     2h 8m         3  -         exit 78 says so

                """))
        #expect(result.code == ExitCode.attention.rawValue)
        #expect(standIn.questions.last?.target == "/v1/jobs?state=held%2Cfailed&limit=10")
    }
}
