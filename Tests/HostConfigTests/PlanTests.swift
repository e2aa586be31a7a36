// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// What a reload would do, and for which keys.
struct PlanTests {
    private func plan(from old: String, to new: String) throws -> ConfigurationPlan {
        ConfigurationPlan(
            from: try configuration([("hostd.toml", old)]), to: try configuration([("hostd.toml", new)]))
    }

    private func changes(from old: String, to new: String) throws -> [String] {
        try plan(from: old, to: new).changes.map { "\($0.action) \($0.service): \($0.reason)" }
    }

    private func change(from old: String, to new: String) throws -> [String] {
        let head = "[service.a]\ncommand = [\"x\"]\n"
        return try changes(from: head + old, to: head + new)
    }

    @Test func theSameIsNoChangeHoweverItIsWritten() throws {
        let plan = try plan(
            from: "[service.a]\ncommand = [\"x\"]\nlive = { tcp = \"h:1\", interval = \"10s\" }",
            to:
                "# moved\n[service.a]\nenv = {}\ncommand = [\"x\"]\n"
                + "[service.a.live]\ninterval = \"10000ms\"\ntcp = \"h:1\""
        )
        #expect(plan.isEmpty)
        #expect(plan.changes.isEmpty)
    }

    @Test func servicesComeAndGo() throws {
        let a = "[service.a]\ncommand = [\"x\"]\n"
        let c = "[service.c]\ncommand = [\"x\"]\n"
        #expect(
            try changes(
                from: a + "[service.b]\ncommand = [\"x\"]",
                to: c + a + "[service.d]\ncommand = [\"x\"]\nautostart = false")
                == [
                    "stop b: no longer in the configuration", "start c: new",
                    "apply d: new; not started, because autostart is false",
                ])
    }

    @Test(arguments: [
        ("nice = 5", "nice = 6", "restart a: nice changed"),
        ("", "user = \"nobody\"", "restart a: user changed"),
        ("limits = { open_files = 100 }", "", "restart a: limits.open_files changed"),
        ("log = { streams = \"merged\" }", "log = { streams = \"separate\" }", "restart a: log.streams changed"),
        ("autostart = true", "autostart = false", "apply a: autostart changed"),
        ("", "log = { max_size = \"1MiB\" }", "apply a: log.max_size changed"),
        ("", "live = { tcp = \"h:1\" }", "apply a: live.tcp changed"),
        ("live = { tcp = \"h:1\" }", "live = { http = \"http://h/\" }", "apply a: live.http, live.tcp changed"),
        (
            "restart = { backoff = \"1s\" }", "restart = { burst = 9 }",
            "apply a: restart.backoff, restart.burst changed"
        ),
        ("stop = { grace = \"1s\" }", "stop = { exec = [\"x\"] }", "apply a: stop.exec, stop.grace changed"),
        ("", "reload = { signal = \"SIGHUP\" }", "apply a: reload.signal changed"),
        ("limits = { memory = \"1GiB\" }", "limits = { memory = \"2GiB\" }", "apply a: limits.memory changed"),
        ("nice = 1\ntags = [\"x\"]", "nice = 2\ntags = [\"y\"]", "restart a: nice changed"),
    ])
    func someKeysTakeARestart(old: String, new: String, what: String) throws {
        #expect(try change(from: old, to: new) == [what])
    }

    @Test func allChangedKeysAreNamedThoseThatRestartFirst() throws {
        let head = "[service.a]\ncommand = [\"x\"]\n"
        let plan = try plan(
            from: head + "tags = [\"x\"]\nafter_timeout = \"1s\"",
            to: head + "tags = [\"y\"]\nnice = 1\nafter_timeout = \"1s\"")
        #expect(plan.changes.map(\.keys) == [["nice", "tags"]])
    }

    @Test func variablesAreNamedAndTheirValuesAreNot() throws {
        let plan = try change(
            from: "env = { A = \"secret1\", B = \"secret2\", C = \"same\" }",
            to: "env = { B = \"secret3\", C = \"same\", \"D-D\" = \"secret4\" }")
        #expect(plan == ["restart a: env.B, env.D-D, env.A changed"])
        #expect(try change(from: "env = { A = \"secret1\" }", to: "") == ["restart a: env.A changed"])
    }

    @Test func instancesThatStayAreNotTouched() throws {
        let head = "[service.a]\ncommand = [\"x\", \"${instance}\"]\n"
        #expect(
            try changes(from: head + "instances = 2", to: head + "instances = 3") == ["start a@3: new"])
        #expect(
            try changes(from: head + "instances = 2", to: head) == [
                "start a: new", "stop a@1: no longer in the configuration", "stop a@2: no longer in the configuration",
            ])
    }

    @Test func anotherCountOfInstancesIsSeenByThoseThatWaitForThem() throws {
        let b = "[service.b]\ncommand = [\"x\"]\nafter = [\"a\"]\n[service.a]\ncommand = [\"x\"]\n"
        #expect(
            try changes(from: b + "instances = 2", to: b + "instances = 3") == [
                "start a@3: new", "apply b: after changed",
            ])
    }

    @Test func aVariableOfOneInstanceChangesThatInstance() throws {
        let head = "[service.a]\ncommand = [\"x\"]\ninstances = 2\nports = [\"1000+${instance}\"]\n"
        let plan = try plan(
            from: head + "directory = \"/srv/${instance}\"", to: head + "directory = \"/srv/1\"")
        #expect(plan.changes.map { "\($0.service) \($0.keys)" } == ["a@2 [\"directory\"]"])
    }

    @Test func keysOfTheHostAreToldApart() throws {
        let plan = try plan(
            from: "[host]\nname = \"a\"",
            to: "[host]\nstop_with_hostd = false\nlauncher = \"direct\"\n[control]\nread_group = \"x\"")
        #expect(plan.changes.isEmpty)
        #expect(!plan.isEmpty)
        #expect(plan.hostKeys == ["host.name", "host.launcher", "host.stop_with_hostd", "control.read_group"])
        #expect(plan.hostKeysForRestart == ["control.read_group"])
    }
}
