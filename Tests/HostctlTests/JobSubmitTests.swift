// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

@Suite struct JobSubmitTests {
    /// What `arguments` submit.
    private static func submitted(_ arguments: [String], environment: [String: String] = [:]) throws -> JSON {
        let standIn = try StandIn(JobHost([]).answer)
        let result = try Hostctl.run(["job", "submit"] + arguments, at: standIn, environment: environment)
        #expect(result.out == "42\n" && result.err.isEmpty && result.code == 0, "\(result)")
        let question = try #require(standIn.questions.last)
        #expect(question.method == "POST" && question.target == "/v1/jobs")
        return try JSON(parsing: question.body)
    }

    @Test func aCommandIsSentAsItWasTypedAndWorksInTheFolderOfTheCaller() throws {
        let here = Files.currentFolder()
        #expect(
            try Self.submitted(["--", "printf", "", "-f", "--", "a b"]) == [
                "command": ["printf", "", "-f", "--", "a b"], "directory": .string(here),
            ])
        #expect(try Self.submitted(["--directory", "sub", "--", "x"])["directory"] == .string(here + "/sub"))
        #expect(try Self.submitted(["--directory=/srv", "--", "x"])["directory"] == "/srv")
    }

    @Test func everyOptionIsAMemberOfTheSubmission() throws {
        let json = try Self.submitted(
            [
                "--kind", "review", "--key", "pr-1", "--priority", "-5", "--after", "7", "--after", "job-8,9",
                "--env", "A=b=c", "--env", "FROM_HERE", "--attempts", "3", "--deadline", "24h", "--attempt-timeout",
                "2h", "--backoff", "1s", "--prompt", "do it", "--needs", "network,disk", "--tier", "agent", "--hold",
                "--model", "a/b", "--on-success-webhook", "https://a.example/x", "--on-failure-exec", "mail ops",
            ], environment: ["FROM_HERE": "yes"])
        #expect(
            json == [
                "kind": "review", "prompt": "do it", "env": ["A": "b=c", "FROM_HERE": "yes"], "key": "pr-1",
                "priority": -5, "after": [7, 8, 9], "attempts": 3, "backoff": "1s", "deadline": "24h",
                "attempt_timeout": "2h", "needs": ["network", "disk"], "tier": "agent", "model": "a/b",
                "on_success": ["webhook": "https://a.example/x"],
                "on_failure": ["exec": ["/bin/sh", "-c", "mail ops"]], "hold": true,
            ], "a kind has a folder of its own")
    }

    @Test(
        "wrong usage ends with 2 and says what would be right",
        arguments: [
            (["ls", "x"], "\"ls\" stands before -- (a command stands behind it: hostctl job submit -- ls)"),
            (
                ["--prompt", "x"],
                "what to do is missing: a command behind --, --kind KIND or --file FILE, like: hostctl job submit -- "
                    + "make test"
            ),
            (["--", ""], "the command behind -- has an empty name"),
            (["--priority", "high", "--", "x"], "--priority: \"high\" is no whole number"),
            (["--after", "x", "--", "x"], "\"x\" is no job (its number, like 42; hostctl job list shows them)"),
            (["--env", "=x", "--", "x"], "--env: \"=x\" names no variable (NAME=VALUE, or NAME alone)"),
            (["--env", "NO_SUCH", "--", "x"], "--env: there is no NO_SUCH in the environment (give NAME=VALUE)"),
            (
                ["--file", "-", "--prompt", "-"],
                "--file and --prompt cannot both be stdin (give one of them another way)"
            ),
            (
                ["--on-success-webhook", "a", "--on-success-exec", "b", "--", "x"],
                "--on-success-webhook and --on-success-exec cannot both be (give one)"
            ),
            (["--older", "1d"], "--older is no option of job submit (hostctl job submit --help lists them)"),
        ])
    func wrongUsage(arguments: [String], message: String) throws {
        let standIn = try StandIn(JobHost([]).answer)
        let result = try Hostctl.run(["job", "submit"] + arguments, at: standIn)
        #expect(result.err == "hostctl: \(message)\n" && result.out.isEmpty)
        #expect(result.code == ExitCode.usage.rawValue && standIn.questions.isEmpty)
    }

    @Test(arguments: [
        ("job.json", #"{"kind": "review", "prompt": "from the file", "priority": 1, "backoff": "2s"}"#),
        ("job.toml", "kind = \"review\"\nprompt = \"from the file\"\npriority = 1\nbackoff = \"2s\"\n"),
        ("job", "\n {\"kind\": \"review\", \"prompt\": \"from the file\", \"priority\": 1, \"backoff\": \"2s\"}"),
        ("other", "# a comment\nkind = \"review\"\nprompt = \"from the file\"\npriority = 1\nbackoff = \"2s\"\n"),
    ])
    func aFileSaysItAndTheLineGoesBefore(name: String, text: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + name
        try Files.replace(path, with: text.utf8)
        let json = try Self.submitted(["--file", path, "--priority", "9"])
        #expect(json == ["kind": "review", "prompt": "from the file", "priority": 9, "backoff": "2s"])
        let standIn = try StandIn(JobHost([]).answer)
        let piped = try Hostctl.run(["job", "submit", "--file", "-", "--priority=9"], at: standIn, input: path)
        #expect(try piped.code == 0 && JSON(parsing: #require(standIn.questions.last).body) == json)
    }

    @Test func aPipeIsAFileToo() throws {
        let standIn = try StandIn(JobHost([]).answer)
        let result = try Shell.run(
            #"printf '{"command": ["x"]}' | "$1" job submit --socket "$2" --file /dev/stdin --json"#,
            [Programs.path("hostctl"), standIn.socket])
        #expect(result.out == "{\"id\":42}\n" && result.code == 0, "\(result)")
    }

    @Test func aPromptComesFromStdinAsItIs() throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/task", with: "line 1\n\nü\n".utf8)
        let standIn = try StandIn(JobHost([]).answer)
        let result = try Hostctl.run(
            ["job", "submit", "--kind", "review", "--prompt", "-"], at: standIn, input: folder.path + "/task")
        #expect(result.code == 0)
        #expect(try JSON(parsing: #require(standIn.questions.last).body)["prompt"] == "line 1\n\nü\n")
    }

    @Test(arguments: [
        (
            "a.toml", "kind = 5\npromt = \"x\"\nbackoff = \"10\"\n",
            """
            hostctl: PATH is no job:
            PATH:1:8: kind: 5 is an integer (write "5")
            PATH:2:1: promt: unknown key (did you mean "prompt"?)
            PATH:3:11: backoff: "10" has no unit (write "10s")

            """
        ),
        (
            "a.toml", "kind = \n",
            "hostctl: PATH is no job:\nPATH:1:8: not valid TOML, in a key-value pair: expected value, saw '\\n' "
                + "(write key = value)\n"
        ),
        ("a.json", #"{"promt": "x"}"#, "hostctl: PATH: promt is unknown (did you mean \"prompt\"?)\n"),
        ("a.json", "[]", "hostctl: PATH: this is an array (an object is needed)\n"),
        ("missing", nil, "hostctl: cannot read PATH: No such file or directory\n"),
    ])
    func aWrongFileSaysWhereAndEndsWith78(name: String, text: String?, message: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + name
        if let text { try Files.replace(path, with: text.utf8) }
        let standIn = try StandIn(JobHost([]).answer)
        let result = try Hostctl.run(["job", "submit", "--file", path], at: standIn)
        #expect(result.err == message.replacing("PATH", with: path))
        #expect(result.code == ExitCode.badFile.rawValue && standIn.questions.isEmpty)
    }

    @Test func aKeyThatHasMadeTheJobAlreadyGivesItsNumber() throws {
        let standIn = try StandIn { _ in .json(JobReceipt(id: 7, isNew: false).json) }
        let result = try Hostctl.run(["job", "submit", "--key", "nightly", "--", "x"], at: standIn)
        #expect(result.out == "7\n" && result.code == 0)
        #expect(result.err == "hostctl: the key \"nightly\" has made this job already\n")
    }

    @Test(arguments: [(400, 2), (403, 77), (404, 4), (500, 1), (503, 69)] as [(Int, Int32)])
    func whatHostdRefusesHasItsExitCode(status: Int, code: Int32) throws {
        let standIn = try StandIn { _ in .error(status, "attempts is 0", hint: "1 to 1000") }
        let result = try Hostctl.run(["job", "submit", "--", "x"], at: standIn)
        #expect(result.err == "hostctl: attempts is 0 (1 to 1000)\n" && result.out.isEmpty && result.code == code)
    }

    @Test func anAnswerThatDoesNotComeSaysHowToBeSafe() throws {
        let cut = try StandIn { _ in .bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".utf8)) }
        let result = try Hostctl.run(["job", "submit", "--", "x"], at: cut)
        #expect(result.err.contains("(hostctl job list says whether it was done)"))
        #expect(result.code == ExitCode.unreachable.rawValue)
    }

    @Test func waitingForItLeavesTheNumberAloneOnStdout() throws {
        let host = JobHost([Samples.job(42, "running"), Samples.failure(42, code: 5)])
        let result = try Hostctl.run(["job", "submit", "--wait", "--", "x"], at: try StandIn(host.answer))
        #expect(result.out == "42\n" && result.err == "42: failed after 3 attempts: it did not work\n")
        #expect(result.code == 5)
    }

    @Test func followingItShowsItsLogAndEndsAsItEnds() throws {
        let states = [Samples.job(42, "running"), Samples.job(42, "running"), Samples.job(42, "succeeded")]
        let host = JobHost(states, wrote: ["one", "two"], rest: "no end of line")
        let standIn = try StandIn(host.answer)
        let result = try Hostctl.run(["job", "submit", "-f", "--", "x"], at: standIn)
        #expect(result.out == "one\ntwo\nno end of line\n")
        #expect(result.err == "job 42\n42: succeeded after 3 attempts in 3m 12s\n")
        #expect(result.code == 0)
    }
}
