// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

@Suite struct JobFileTests {
    /// What is wrong with a file, without its name.
    private static func wrong(_ text: String) -> [String] {
        switch JobFile.read(ConfigurationFile(path: "job.toml", text: text)) {
        case .success: []
        case .failure(let errors): errors.errors.map { "\($0.line):\($0.column): \($0.message)" }
        }
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            kind = "review"
            command = ["claude", "-p", "${prompt}"]
            resume = "./go-on ${attempt} ${HOME} $$"
            prompt = '''
            two
            lines'''
            directory = "sub"
            env = { KEY = "${x}" }
            key = "pr-1"
            priority = -5
            after = [7, 8]
            attempts = 3
            backoff = "1s"
            deadline = "24h"
            attempt_timeout = "2h"
            needs = ["network", "disk"]
            tier = "agent"
            on_success = { webhook = "https://a.example/x" }
            on_failure = { exec = ["mail", "ops"] }
            hold = true
            """
        let job = try JobFile.read(ConfigurationFile(path: "job.toml", text: text)).get()
        #expect(job.kind == "review" && job.command == ["claude", "-p", "${prompt}"])
        #expect(job.resume == ["/bin/sh", "-c", "./go-on ${attempt} ${HOME} $$"], "hostd fills it in, not we")
        #expect(job.prompt == "two\nlines" && job.directory == "sub" && job.environment == ["KEY": "${x}"])
        #expect(job.key == "pr-1" && job.priority == -5 && job.after == [7, 8] && job.attempts == 3)
        #expect(job.backoff == "1s" && job.deadline == "24h" && job.attemptTimeout == "2h")
        #expect(job.needs == [.network, .disk] && job.tier == "agent" && job.isHeld)
        #expect(job.onSuccess?.webhook == "https://a.example/x" && job.onFailure?.exec == ["mail", "ops"])
    }

    @Test func allThatIsWrongIsSaidWithItsPlace() {
        #expect(
            Self.wrong("prompt = 5\nafter = [\"x\"]\nneeds = [\"netwrk\"]\nhold = 1\natempts = 2\n") == [
                "1:10: prompt: 5 is an integer (write \"5\")",
                "2:10: after: \"x\" is a string (write an integer, 1 to 999999999999999)",
                "3:10: needs: \"netwrk\" is no condition (did you mean \"network\"?)",
                "4:8: hold: 1 is an integer (write true or false)",
                "5:1: atempts: unknown key (did you mean \"attempts\"?)",
            ])
        #expect(
            Self.wrong("command = []\nenv = { A = 1 }\ndeadline = \"400d\"\n[on_success]\n") == [
                "1:11: command: has no program (write [\"program\", \"argument\"])",
                "2:13: env.A: this is an integer (write the value in quotes)",
                "3:12: deadline: \"400d\" is out of range (0s to 366d)",
                "4:1: on_success: says nothing to do (give webhook or exec)",
            ])
        #expect(
            Self.wrong("on_failure = { webhook = \"a\", exec = [\"b\"] }") == [
                "1:31: on_failure.exec: \"webhook\" stands here already (give only one of webhook, exec)"
            ])
    }

    @Test func noShellReadsWhatAnAgentIsTold() {
        #expect(
            Self.wrong("command = \"claude -p '${prompt}'\"") == [
                "1:11: command: the shell would take what \"${prompt}\" stands for as a part of its program (write an "
                    + #"array, like ["/bin/sh", "-c", "… \"$1\"", "sh", "${prompt}"])"#
            ])
    }
}
