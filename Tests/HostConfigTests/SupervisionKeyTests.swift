// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// The keys that say how services go together, what runs around them, and what they may use.
struct SupervisionKeyTests {
    @Test(arguments: [
        (
            "before_start = [\"echo hello\"]",
            "17: service.a.before_start: \"echo hello\" is a string "
                + "(write each command as an array, like [[\"program\", \"argument\"]])"
        ),
        (
            "after_stop = \"echo hello\"",
            "14: service.a.after_stop: \"echo hello\" is a string "
                + "(write an array of commands, like [[\"program\", \"argument\"]])"
        ),
        ("before_start = [[]]", "17: service.a.before_start: is empty (write [\"program\", \"argument\"])"),
        ("hook_timeout = \"0s\"", "16: service.a.hook_timeout: \"0s\" is out of range (100ms to 1d)"),
        ("tags = [\"a b\"]", "9: service.a.tags: \"a b\" is no tag (1 to 48 of a-z, A-Z, 0-9, _, - and .)"),
        (
            "needs = [\"power\"]",
            "10: service.a.needs: \"power\" is not watched in this version "
                + "(write \"network\", \"disk\", \"memory\", \"node\" or \"config\")"
        ),
        ("needs = [\"confg\"]", "10: service.a.needs: \"confg\" is no condition (did you mean \"config\"?)"),
        ("restart_with = [\"a\"]", "17: service.a.restart_with: \"a\" restarts with itself (leave it out)"),
        (
            "restart_with = [\"b\"]",
            "17: service.a.restart_with: there is no service \"b\" (name one of the other services)"
        ),
        ("reload = {}", "10: service.a.reload: does nothing (give one of signal, exec, http)"),
        (
            "reload = \"SIGHUP\"",
            "10: service.a.reload: \"SIGHUP\" is a string (write a table, like { signal = \"SIGHUP\" })"
        ),
        (
            "reload = { signal = \"SIGHUP\", exec = [\"x\"] }",
            "31: service.a.reload.exec: \"signal\" stands here already (give only one of signal, exec, http)"
        ),
        (
            "stop = { signal = \"SIGINT\", exec = [\"x\"] }",
            "29: service.a.stop.exec: \"signal\" stands here already (give only one of signal, exec)"
        ),
        ("limits = { cpu = 2 }", "18: service.a.limits.cpu: 2 has no unit (write \"200%\")"),
        ("limits = { cpu = \"0%\" }", "18: service.a.limits.cpu: \"0%\" is out of range (1% to 102400%)"),
        (
            "limits = { cpu = \"1.5%\" }",
            "18: service.a.limits.cpu: \"1.5%\" is no whole percentage (write one like \"200%\")"
        ),
        ("limits = { tasks = 0 }", "20: service.a.limits.tasks: 0 is out of range (1 to 4194304)"),
        (
            "limits = { memory = \"1GiB\", memory_restart = \"1GiB\" }",
            "46: service.a.limits.memory_restart: \"1GiB\" is not less than memory, \"1GiB\" "
                + "(it would be ended before it is restarted)"
        ),
    ])
    func whatIsWrongWithThem(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test func aCycleOfRestartsIsNamed() {
        let text = """
            [service.a]
            command = ["x"]
            restart_with = ["b"]
            [service.b]
            command = ["x"]
            restart_with = ["a"]
            """
        #expect(
            errors(text) == [
                "hostd.toml:3:17: service.a.restart_with: a → b → a is a cycle (one of them must not restart)"
            ])
    }

    @Test func aLaterFileMayStopByAnotherWay() throws {
        let first = "[service.a]\ncommand = [\"x\"]\nstop = { exec = [\"x\", \"stop\"] }\nreload = { exec = [\"y\"] }"
        let second = "[service.a]\nstop = { signal = \"SIGINT\" }\nreload = { signal = \"SIGUSR1\" }"
        let read = try configuration([("hostd.toml", first), ("conf.d/a.toml", second)])
        #expect(read.services.first?.stop == StopSpecification(signal: 2))
        #expect(read.services.first?.reload == .signal(10))
    }
}
