// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `instances`, and what `${instance}` and `${port}` stand for.
struct InstanceTests {
    private func services(_ text: String) throws -> [ServiceSpecification] {
        try configuration([("hostd.toml", text)]).services
    }

    @Test func eachInstanceIsAServiceOfItsOwn() throws {
        let all = try services(
            """
            [service.web]
            command = ["node", "web.js", "--port", "${port}", "--name=${instance}"]
            instances = 3
            ports = ["1878${instance}"]
            directory = "/srv/web/${instance}"
            env_file = "/etc/web${instance}.env"
            env = { WORKER = "${instance} of $${N}" }
            before_start = [["mkdir", "-p", "/run/web/${instance}"]]
            live = { http = "http://127.0.0.1:${port}/healthz" }
            ready = { tcp = "127.0.0.1:1878${instance}" }
            """)
        #expect(all.map(\.name.text) == ["web@1", "web@2", "web@3"])
        #expect(all.map(\.family.text) == ["web", "web", "web"])
        #expect(all.map(\.instanceNumber) == [1, 2, 3])
        let second = all[1]
        #expect(second.launch.command == ["node", "web.js", "--port", "18782", "--name=2"])
        #expect(second.ports == [18782])
        #expect(second.launch.directory == "/srv/web/2")
        #expect(second.launch.environmentFile == "/etc/web2.env")
        #expect(second.launch.environment == ["WORKER": "2 of ${N}"])
        #expect(second.beforeStart == [["mkdir", "-p", "/run/web/2"]])
        #expect(second.live?.target == .http(url: "http://127.0.0.1:18782/healthz", expected: 200...299))
        #expect(second.ready?.target == .tcp(host: "127.0.0.1", port: 18782))
    }

    @Test func aSinglePlainServiceIsInstanceOne() throws {
        let one = try service("command = [\"x\", \"${instance}\"]\ninstances = 1")
        #expect(one.name.text == "a")
        #expect(one.family == one.name)
        #expect(one.instanceNumber == nil)
        #expect(one.launch.command == ["x", "1"])
    }

    @Test func portsMayCountUpFromANumber() throws {
        let all = try services(
            "[service.web]\ncommand = [\"x\"]\ninstances = 12\nports = [\"18780+${instance}\", \"28780+${instance}\"]")
        #expect(all.last?.ports == [18792, 28792])
        #expect(all.map(\.name.text).last == "web@12", "in the order of their numbers")
    }

    @Test func aLaterFileMayChangeTheCount() throws {
        let all = try configuration([
            ("hostd.toml", "[service.web]\ncommand = [\"x\", \"${instance}\"]\ninstances = 2"),
            ("conf.d/a.toml", "[service.web]\ninstances = 3"),
        ])
        #expect(all.services.map(\.launch.command) == [["x", "1"], ["x", "2"], ["x", "3"]])
    }

    @Test func thePlainNameMeansAllInstances() throws {
        let all = try services(
            """
            [service.web]
            command = ["x"]
            instances = 2
            restart_with = ["db@2"]
            [service.db]
            command = ["x"]
            instances = 2
            [service.front]
            command = ["x"]
            after = ["db@2", "web", "db"]
            """)
        #expect(all.map(\.name.text) == ["db@1", "db@2", "front", "web@1", "web@2"])
        #expect(all[2].after.map(\.text) == ["db@2", "web@1", "web@2", "db@1"])
        #expect(all[3].restartWith.map(\.text) == ["db@2"])
    }

    @Test(arguments: [
        (
            "instances = 0", "13: service.a.instances: 0 is out of range (1 to 1000)"
        ),
        (
            "instances = 1001", "13: service.a.instances: 1001 is out of range (1 to 1000)"
        ),
        (
            "after = [\"a@1\"]",
            "10: service.a.after: there is no \"a@1\": a has one instance (write \"a\")"
        ),
        (
            "ports = [\"${instance}x\"]",
            "10: service.a.ports: \"${instance}x\", here \"1x\", is no port (write one like \"18780+${instance}\")"
        ),
        (
            "ports = [\"65535+${instance}\"]",
            "10: service.a.ports: \"65535+${instance}\", here \"65535+1\", is out of range (1 to 65535)"
        ),
        ("ports = [\"80\"]", "10: service.a.ports: \"80\" is a string (write an integer, 1 to 65535)"),
        (
            "live = { http = \"http://127.0.0.1:${port}/\" }",
            "17: service.a.live.http: \"${port}\" is the first of the ports (give ports = [8080])"
        ),
    ])
    func whatIsWrong(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test func twoInstancesCannotHaveOnePort() {
        #expect(
            errors("[service.a]\ncommand = [\"x\"]\ninstances = 2\nports = [80, 8080]") == [
                "hostd.toml:4:10: service.a.ports: 80 is a port of a@1 and of a@2 "
                    + "(write one like \"18780+${instance}\")"
            ])
    }

    @Test func whatIsWrongWithAllInstancesIsSaidOnce() {
        #expect(
            errors("[service.a]\ncommand = [\"x\"]\ninstances = 1000\nnice = 20\nports = [\"6500${instance}\"]") == [
                "hostd.toml:4:8: service.a.nice: 20 is out of range (-20 to 19)"
            ])
    }

    @Test func whatIsWrongWithALaterInstanceIsSaidOfIt() {
        #expect(
            errors("[service.a]\ncommand = [\"x\"]\ninstances = 1000\nports = [\"1878${instance}\"]") == [
                "hostd.toml:4:10: service.a.ports: \"1878${instance}\", here \"187810\", is out of range (1 to 65535)"
            ])
    }

    @Test func theNameMustLeaveRoomForTheNumber() {
        let name = String(repeating: "x", count: 46)
        #expect(
            errors("[service.\(name)]\ncommand = [\"x\"]\ninstances = 10") == [
                "hostd.toml:3:13: service.\(name).instances: \"\(name)\" is too long a name for 10 instances "
                    + "(at most 45 letters)"
            ])
    }

    @Test func anInstanceHasNoTableOfItsOwn() {
        #expect(
            errors("[service.\"a@2\"]\ncommand = [\"x\"]") == [
                "hostd.toml:1:10: service.\"a@2\": \"a@2\" is one instance (write [service.a] with instances = 2)"
            ])
    }

    @Test func instancesThatAreNotThereAreNamed() {
        let text = """
            [service.a]
            command = ["x"]
            instances = 2
            [service.b]
            command = ["x"]
            after = ["a@3"]
            restart_with = ["b"]
            """
        #expect(
            errors(text) == [
                "hostd.toml:6:10: service.b.after: there is no \"a@3\" (a has a@1 to a@2)",
                "hostd.toml:7:17: service.b.restart_with: \"b\" restarts with itself (leave it out)",
            ])
    }

    @Test func aCycleThroughAnInstanceIsNamed() {
        let text = """
            [service.a]
            command = ["x"]
            instances = 2
            after = ["b"]
            [service.b]
            command = ["x"]
            after = ["a@2"]
            """
        #expect(
            errors(text) == [
                "hostd.toml:4:10: service.a.after: a → b → a is a cycle (one of them must not wait)"
            ])
    }

    @Test func falseTakesBackWhatAnEarlierFileSays() throws {
        let first = "[service.a]\ncommand = [\"x\"]\nlive = { tcp = \"h:1\" }\nreload = { signal = \"SIGHUP\" }"
        let read = try configuration([
            ("hostd.toml", first), ("conf.d/a.toml", "[service.a]\nlive = false\nreload = false"),
        ])
        #expect(read.services.first?.live == nil)
        #expect(read.services.first?.reload == nil)
        #expect(
            errors([
                ("hostd.toml", first), ("a.toml", "[service.a]\nlive = false"),
                ("b.toml", "[service.a]\nlive = { interval = \"5s\" }"),
            ]) == ["b.toml:2:8: service.a.live: asks nothing (give one of http, tcp, unix, exec, heartbeat, log)"])
    }
}
