// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// Keys, names, and what must hold between them.
struct StructureTests {
    @Test(arguments: [
        ("grace = \"10s\"", "grace: unknown key (did you mean \"service.a.stop.grace\"?)"),
        ("autostrat = true", "autostrat: unknown key (did you mean \"autostart\"?)"),
        ("auto_start = true", "auto_start: unknown key (did you mean \"autostart\"?)"),
        ("afterTimeout = \"1m\"", "afterTimeout: unknown key (did you mean \"after_timeout\"?)"),
        ("environment = {}", "environment: unknown key (did you mean \"env\"?)"),
        ("depends_on = []", "depends_on: unknown key (did you mean \"after\"?)"),
        ("workdir = \"/x\"", "workdir: unknown key (did you mean \"directory\"?)"),
        ("healthcheck = {}", "healthcheck: unknown key (did you mean \"live\"?)"),
        ("max_backoff = \"1m\"", "max_backoff: unknown key (did you mean \"service.a.restart.max_backoff\"?)"),
        ("max_size = \"1MiB\"", "max_size: unknown key (did you mean \"service.a.log.max_size\"?)"),
        ("admin_group = \"x\"", "admin_group: unknown key (did you mean \"control.admin_group\"?)"),
        ("zzz = 1", "zzz: unknown key"),
    ])
    func anUnknownKeyNamesTheOneThatWasMeant(line: String, message: String) {
        #expect(error(line) == "1: service.a.\(message)")
    }

    @Test func inASmallSectionAnUnknownKeyIsToldWhatThereIs() {
        #expect(
            errors("[host]\nzzz = 1\n[contol]") == [
                "hostd.toml:2:1: host.zzz: unknown key (here stand name, launcher, stop_with_hostd, "
                    + "logs_total, concurrency)",
                "hostd.toml:3:2: contol: unknown key (did you mean \"control\"?)",
            ])
    }

    @Test(arguments: ["Gateway", "1st", "_x", "\"\"", "\"a b\"", "\"ä\"", "a" + String(repeating: "b", count: 48)])
    func aNameThatIsNone(name: String) {
        let text = name.replacing("\"", with: "")
        let path = name.hasPrefix("\"") || text.isEmpty ? "\"\(text)\"" : text
        #expect(
            errors("[service.\(name)]\ncommand = [\"x\"]") == [
                "hostd.toml:1:10: service.\(path): \"\(text)\" is no name of a service "
                    + "(a lower-case letter, then at most 47 of a-z, 0-9, _ and -)"
            ])
    }

    @Test func theLongestNameIsFine() throws {
        let name = "a" + String(repeating: "-", count: 47)
        #expect(try configuration([("f", "[service.\(name)]\ncommand = [\"x\"]")]).services.map(\.name.text) == [name])
    }

    @Test(arguments: [
        ("host = 1", "1:8: host: 1 is an integer (write a table, like [host] with its keys below it)"),
        ("[[host]]", "1:1: host: this is an array (write a table, like [host] with its keys below it)"),
        ("service = []", "1:11: service: this is an array (write [service.NAME] with its keys below it)"),
        (
            "service.a = 1",
            "1:13: service.a: 1 is an integer (write a table, like [service.NAME] with its keys below it)"
        ),
        ("[service.a]", "1:1: service.a: no command (write command = [\"program\", \"argument\"])"),
    ])
    func somethingElseWhereATableStands(text: String, message: String) {
        #expect(errors(text) == ["hostd.toml:" + message])
    }

    @Test(arguments: [
        (
            "live = \"http://x/\"",
            "8: service.a.live: \"http://x/\" is a string "
                + "(write a table, like { http = \"http://127.0.0.1:8080/healthz\" })"
        ),
        (
            "restart = \"always\"",
            "11: service.a.restart: \"always\" is a string (write a table, like { policy = \"always\" })"
        ),
        ("live = {}", "8: service.a.live: asks nothing (give one of http, tcp, unix, exec, heartbeat, log)"),
        (
            "live = { http = \"http://x/\", tcp = \"x:1\" }",
            "30: service.a.live.tcp: \"http\" stands here already "
                + "(give only one of http, tcp, unix, exec, heartbeat, log)"
        ),
        (
            "live = { tcp = \"x:1\", expect = 200 }",
            "32: service.a.live.expect: goes with http, not with tcp (leave it out)"
        ),
        (
            "live = { http = \"http://x/\", deadline = \"5m\" }",
            "30: service.a.live.deadline: unknown key (did you mean \"service.a.startup.deadline\"?)"
        ),
        (
            "startup = { tcp = \"x:1\", delay = \"10m\" }",
            "34: service.a.startup.delay: \"10m\" is not shorter than the deadline, \"5m\" "
                + "(shorten it or give a longer deadline)"
        ),
        (
            "restart = { backoff = \"3m\" }",
            "23: service.a.restart.backoff: \"3m\" is longer than max_backoff, \"2m\" "
                + "(shorten it or give a longer max_backoff)"
        ),
        (
            "restart = { max_backoff = \"100ms\" }",
            "27: service.a.restart.max_backoff: \"100ms\" is shorter than backoff, \"250ms\" "
                + "(give a shorter backoff too)"
        ),
    ])
    func keysThatDoNotGoTogether(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test func afterNamesServicesThatExist() {
        let text = """
            [service.web]
            command = ["x"]
            after = ["proxy", "webb", "nothing"]
            [service.proxxy]
            command = ["x"]
            """
        #expect(
            errors(text) == [
                "hostd.toml:3:10: service.web.after: there is no service \"proxy\" (did you mean \"proxxy\"?)",
                "hostd.toml:3:19: service.web.after: there is no service \"webb\" (name one of the other services)",
                "hostd.toml:3:27: service.web.after: there is no service \"nothing\" (name one of the other services)",
            ])
    }

    @Test func nobodyWaitsForHimself() {
        #expect(error("after = [\"a\"]") == "10: service.a.after: \"a\" waits for itself (leave it out)")
    }

    @Test func everyCycleIsFoundOnceAndSaysItsWay() {
        func services(_ after: KeyValuePairs<String, String>) -> String {
            after.map { "[service.\($0.key)]\ncommand = [\"x\"]\nafter = [\($0.value)]\n" }.joined()
        }
        #expect(
            errors(services(["a": "\"c\"", "b": "\"a\"", "c": "\"b\"", "d": "\"a\"", "e": ""])) == [
                "hostd.toml:3:10: service.a.after: a → c → b → a is a cycle (one of them must not wait)"
            ], "d waits for a cycle but is in none")
        #expect(
            errors(services(["a": "\"b\"", "b": "\"a\"", "x": "\"y\", \"a\"", "y": "\"x\""])) == [
                "hostd.toml:3:10: service.a.after: a → b → a is a cycle (one of them must not wait)",
                "hostd.toml:9:10: service.x.after: x → y → x is a cycle (one of them must not wait)",
            ])
        #expect(
            errors(services(["a": "\"b\", \"c\"", "b": "\"d\"", "c": "\"d\"", "d": ""])).isEmpty, "a diamond is none")
    }

    @Test func everyErrorOfAFileIsToldInItsOrder() {
        let text = """
            [host]
            nam = "x"
            launcher = 5
            [service.a]
            nice = 99
            """
        #expect(
            errors(text) == [
                "hostd.toml:2:1: host.nam: unknown key (did you mean \"name\"?)",
                "hostd.toml:3:12: host.launcher: 5 is an integer (write \"auto\", \"direct\" or \"systemd\")",
                "hostd.toml:4:1: service.a: no command (write command = [\"program\", \"argument\"])",
                "hostd.toml:5:8: service.a.nice: 99 is out of range (-20 to 19)",
            ])
    }
}
