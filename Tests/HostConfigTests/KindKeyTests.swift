// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `[kind.NAME]`
struct KindKeyTests {
    private func kind(_ lines: String) throws -> KindSpecification {
        try #require(try configuration([("hostd.toml", "[kind.review]\n" + lines)]).kinds.first)
    }

    /// The one error of a kind that has a command and `line` as its third line.
    private func complaint(_ line: String) -> String {
        let all = errors("[kind.review]\ncommand = [\"x\"]\n" + line)
        guard all.count == 1, let text = all.first, text.hasPrefix("hostd.toml:3:") else { return "\(all)" }
        return String(text.dropFirst("hostd.toml:3:".count))
    }

    @Test func aKindThatSaysLittleHasTheDefaults() throws {
        let kind = try kind("command = [\"x\"]")
        var expected = KindSpecification(name: "review")
        expected.command = ["x"]
        expected.given = ["command"]
        // Of a plain command nothing is known: it may work for hours without a word.
        expected.agent = kind.agent
        expected.rules.stall = StallRules(silence: .seconds(86_400), hard: .seconds(7 * 86_400))
        #expect(kind == expected)
        #expect(kind.agent.name == "generic")
        #expect(kind.keepAwake)
    }

    @Test func everyKeyArrives() throws {
        let kind = try kind(
            """
            preset = "codex"
            command = ["run", "--prompt", "${prompt}", "$$HOME"]
            resume = ["run", "--resume", "${session}", "${checkpoint}", "${model.agent}"]
            prompt = "Look at $$x in attempt ${attempt}"
            tier = "reasoning"
            directory = "/srv/repo"
            user = "agent"
            group = "agent"
            groups = ["docker"]
            umask = "077"
            nice = 5
            oom_score_adj = 500
            env = { MODEL = "${model}", JOB = "${job}" }
            env_file = "/etc/x.env"
            node = "22"
            needs = ["disk"]
            keep_awake = false
            concurrency = 2
            priority = -5
            attempts = 3
            backoff = "1s"
            max_backoff = "1m"
            jitter = "10%"
            deadline = "24h"
            attempt_timeout = "1h"
            schedule = "Mon 09:00"
            overlap = "queue"
            timezone = "Europe/Berlin"
            stall = { silence = "0s", hard = "1h" }
            checkpoint = { file = "out/progress.json", signal = "SIGUSR1", patience = "5s" }
            stop = { signal = "SIGINT", grace = "1m" }
            log = { keep = 3 }
            limits = { memory = "1GiB", open_files = 100 }
            on_success = { webhook = "https://h/secret" }
            on_failure = { exec = ["mail", "ops"] }
            """)
        #expect(kind.preset == "codex")
        #expect(kind.command == ["run", "--prompt", "${prompt}", "$$HOME"])
        #expect(kind.resume == ["run", "--resume", "${session}", "${checkpoint}", "${model.agent}"])
        #expect(kind.prompt == "Look at $$x in attempt ${attempt}")
        #expect(kind.tier == "reasoning")
        let launch = LaunchSpecification(
            command: [], directory: "/srv/repo", user: "agent", group: "agent", groups: ["docker"], umask: 0o077,
            nice: 5, oomScoreAdjust: 500, limits: [.init(name: "nofile", value: 100)],
            environment: ["MODEL": "${model}", "JOB": "${job}"], environmentFile: "/etc/x.env",
            node: kind.launch.node)
        #expect(kind.launch == launch)
        #expect(kind.launch.node != .any)
        let rules = JobRules(
            attempts: 3, backoff: .seconds(1), maxBackoff: .seconds(60), jitter: 0.1, deadline: .seconds(86_400),
            attemptTimeout: .seconds(3600), stall: StallRules(silence: nil, hard: .seconds(3600)), needs: [.disk],
            concurrency: 2, stop: StopSpecification(signal: 2, grace: .seconds(60)),
            checkpointRequest: CheckpointRequest(signal: 10, patience: .seconds(5)))
        #expect(kind.rules == rules)
        #expect(kind.checkpoint == .file("out/progress.json"))
        #expect(!kind.keepAwake)
        #expect(kind.priority == -5)
        #expect(kind.schedule == "Mon 09:00")
        #expect(kind.overlap == .queue)
        #expect(kind.timezone == "Europe/Berlin")
        #expect(kind.log.keep == 3)
        #expect(kind.limits.memoryBytes == 1 << 30)
        #expect(kind.onSuccess == .webhook("https://h/secret"))
        #expect(kind.onFailure == .command(["mail", "ops"]))
        #expect(kind.given.isSuperset(of: ["stall.hard", "stop.grace", "env.MODEL", "on_success.webhook"]))
        #expect(!kind.given.contains("stop.leftovers"))
    }

    @Test func kindsAreSortedAndLaterFilesWin() throws {
        let kinds = try configuration([
            ("a", "[kind.b]\ncommand = [\"x\"]\ncheckpoint = { git = true }\n[kind.a]\npreset = \"aider\""),
            ("b", "[kind.b]\nattempts = 2\ncheckpoint = { notify = true }\n[host]\nconcurrency = 4"),
        ])
        #expect(kinds.kinds.map(\.name) == ["a", "b"])
        #expect(kinds.kinds.last?.rules.attempts == 2)
        #expect(kinds.kinds.last?.command == ["x"])
        #expect(kinds.kinds.last?.checkpoint == .notify)
        #expect(kinds.host.concurrency == 4)
    }

    @Test func aPresetMayBringTheCommand() throws {
        #expect(try kind("preset = \"claude-code\"\ncommand = []\nresume = []").command.isEmpty)
        #expect(
            errors("[kind.review]\ntier = \"a\"") == [
                "hostd.toml:1:1: kind.review: no command (write command = [\"program\", \"${prompt}\"], or preset = "
                    + "\"claude-code\")"
            ])
    }

    @Test(arguments: [
        (
            "resume = [\"x\", \"${sesion}\"]",
            "16: kind.review.resume: \"${sesion}\" is none of ${prompt}, ${session}, ${checkpoint}, ${attempt}, "
                + "${model}, ${job}, ${model.TIER} (write \"$${\" for a literal \"${\")"
        ),
        (
            "env = { A = \"${model.}\" }",
            "13: kind.review.env.A: \"${model.}\" is none of ${prompt}, ${session}, ${checkpoint}, ${attempt}, "
                + "${model}, ${job}, ${model.TIER} (write \"$${\" for a literal \"${\")"
        ),
        (
            "prompt = \"${hunter2}\"",
            "10: kind.review.prompt: \"${…}\" is none of ${prompt}, ${session}, ${checkpoint}, ${attempt}, "
                + "${model}, ${job}, ${model.TIER} (write \"$${\" for a literal \"${\")"
        ),
        (
            "directory = \"/srv/${job}\"",
            "13: kind.review.directory: \"${job}\" is not available in this version "
                + "(write \"$${\" for a literal \"${\")"
        ),
        (
            "resume = \"echo ${attempt} ${prompt}\"",
            "10: kind.review.resume: the shell would take what \"${prompt}\" stands for as a part of its program "
                + "(write an array, like [\"/bin/sh\", \"-c\", \"… \\\"$1\\\"\", \"sh\", \"${prompt}\"])"
        ),
        (
            "preset = \"claude\"",
            "10: kind.review.preset: there is no preset for jobs \"claude\" (did you mean \"claude-code\"?)"
        ),
        ("grace = \"1s\"", "1: kind.review.grace: unknown key (did you mean \"kind.review.stop.grace\"?)"),
        ("retries = 3", "1: kind.review.retries: unknown key (did you mean \"attempts\"?)"),
        (
            "backoff = \"1h\"",
            "11: kind.review.backoff: \"1h\" is longer than max_backoff, \"15m\" "
                + "(shorten it or give a longer max_backoff)"
        ),
        (
            "stall = { silence = \"1h\" }",
            "21: kind.review.stall.silence: \"1h\" is longer than hard, \"30m\" "
                + "(shorten it or give a longer hard)"
        ),
        (
            "checkpoint = { git = true, file = \"x\" }",
            "28: kind.review.checkpoint.file: \"git\" stands here already "
                + "(give only one of file, git, notify)"
        ),
        (
            "checkpoint = { file = \"../x\" }",
            "23: kind.review.checkpoint.file: \"../x\" is no file below the job's "
                + "directory (write one like \"progress.json\")"
        ),
        (
            "checkpoint = { git = true, patience = \"1s\" }",
            "39: kind.review.checkpoint.patience: goes with signal "
                + "(give signal = \"SIGUSR1\" too)"
        ),
        ("timezone = \"UTC\"", "12: kind.review.timezone: goes with schedule (leave it out)"),
        (
            "schedule = \"Mon 9\"",
            "12: kind.review.schedule: \"9\" is no part of a schedule "
                + "(for a day of the month write \"*-*-9\")"
        ),
        ("on_failure = {}", "14: kind.review.on_failure: does nothing (give one of webhook, exec)"),
        (
            "node = \".nvmrc\"",
            "8: kind.review.node: \".nvmrc\" stands in no folder "
                + "(give the kind a directory, or all of the path)"
        ),
    ])
    func whatIsWrongIsSaidWithItsPlace(line: String, message: String) {
        #expect(complaint(line) == message)
    }

    @Test(arguments: ["../etc/passwd", "/etc", "Europe//Berlin", "", "a b"])
    func aTimeZoneThatIsNone(zone: String) {
        #expect(
            complaint("timezone = \"\(zone)\"\nschedule = \"daily\"")
                == "12: kind.review.timezone: \"\(zone)\" is no time zone (write one like \"Europe/Berlin\" or \"UTC\")"
        )
    }

    @Test func namesOfJobsAreNoNamesOfServices() throws {
        #expect(
            errors("[service.job-42]\ncommand = [\"x\"]\n[service.job-007]\ncommand = [\"x\"]") == [
                "hostd.toml:1:10: service.job-42: \"job-42\" is the name of a job, by which its log goes "
                    + "(choose another)",
                "hostd.toml:3:10: service.job-007: \"job-007\" is the name of a job, by which its log goes "
                    + "(choose another)",
            ])
        #expect(errors("[service.job-runner]\ncommand = [\"x\"]\n[kind.job-1]\npreset = \"aider\"") == [])
        #expect(
            errors("[kind.Review]\n[kind.\"a@2\"]") == [
                "hostd.toml:1:7: kind.Review: \"Review\" is no name of a kind "
                    + "(a lower-case letter, then at most 47 of a-z, 0-9, _ and -)",
                "hostd.toml:2:7: kind.\"a@2\": \"a@2\" is one instance, and kinds have none (leave \"@2\" out)",
            ])
    }

    @Test func aChangeOfAKindTouchesNoService() throws {
        let head = "[service.a]\ncommand = [\"x\"]\n[kind.review]\ncommand = [\"x\"]\nenv = { TOKEN = \"a\" }\n"
        let plan = ConfigurationPlan(
            from: try configuration([("f", head)]),
            to: try configuration([
                ("f", head + "attempts = 2\n[kind.b]\npreset = \"aider\""),
                ("g", "[kind.review]\nenv = { TOKEN = \"b\" }\nuser = \"x\""),
            ]))
        #expect(plan.changes.isEmpty)
        #expect(plan.hostKeysForRestart.isEmpty)
        #expect(Set(["kind.review.attempts", "kind.review.user", "kind.review.env.TOKEN"]).isSubset(of: plan.hostKeys))
        #expect(plan.hostKeys.contains("kind.b.preset"))
    }

    @Test func theEffectiveConfigurationShowsKindsAndNoSecrets() throws {
        let file = ConfigurationFile(
            path: "f",
            text:
                "[kind.review]\npreset = \"aider\"\nenv = { T = \"hunter2\" }\n"
                + "on_success = { webhook = \"https://h/hunter2\" }"
        )
        let tables = try ConfigurationReader.explain([file]).get()
        let table = try #require(tables.first { $0.name == "kind.review" })
        #expect(table.keys.first { $0.name == "preset" }?.value == "\"aider\"")
        #expect(table.keys.contains { $0.name == "stall.silence" && $0.source == .standard })
        #expect(!table.keys.contains { $0.name.hasPrefix("on_failure") })
        #expect(!table.keys.contains { $0.value?.contains("hunter2") ?? false })
    }
}
