// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

struct WholeExampleTests {
    private static let text = """
        # Everything that this version knows, once.
        [host]
        name = "agent-01"
        launcher = "direct"
        stop_with_hostd = false

        [control]
        listen = "127.0.0.1:7788"
        token_file = "/etc/hostd/token"
        admin_group = "hostd-admin"
        read_group = "hostd"

        [service.proxy]
        command = "exec proxy --listen :8081 $$FLAGS"
        autostart = false

        [service.gateway]
        command = ["openclaw", "gateway", "--port", "18789"]
        after = ["proxy"]
        after_timeout = "2m"
        ports = [18789, 18790]
        directory = "/srv/agent"
        user = "agent"
        group = "agents"
        groups = ["audio", "1001"]
        umask = "027"
        nice = -5
        oom_score_adj = 500
        env = { NODE_ENV = "production", PRICE = "$$5" }
        env_file = "/etc/hostd/gateway.env"
        startup = { http = "http://127.0.0.1:18789/startupz", timeout = "3s", interval = "1s", deadline = "5m" }
        ready = { tcp = "[::1]:18789", interval = "500ms", successes = 2, delay = "2s" }
        stop = { signal = "SIGINT", to = "group", grace = "330s", leftovers = "0s" }
        log = { max_size = "1.5MiB", keep = 0, streams = "separate" }
        limits = { memory = "4GiB", memory_restart = "3GiB", tasks = 512, cpu = "250%", open_files = 65536 }
        tags = ["edge", "Tier.1"]
        restart_with = ["proxy"]
        needs = ["config"]
        before_start = [["openclaw", "config", "validate"], ["/bin/sh", "-c", "echo $$HOME"]]
        after_stop = [["rm", "-f", "/run/gateway.lock"]]
        hook_timeout = "30s"
        reload = { signal = "SIGHUP" }

        [service.gateway.live]
        http = "http://127.0.0.1:18789/healthz"
        expect = 204
        interval = "10s"
        timeout = "1.5s"
        failures = 3

        [service.gateway.restart]
        policy = "on-failure"
        backoff = "100ms"
        max_backoff = "1m30s"
        jitter = "12.5%"
        stable = "30s"
        burst = 3
        window = "5m"
        hold_on_exit = [78, 64]
        success_exit = [0, 143]

        [service.worker]
        reload = { http = "http://127.0.0.1:8080/reload" }
        stop = { exec = ["worker", "stop"], to = "group" }

        [service.worker.live]
        exec = ["/usr/bin/check", "--fast"]
        expect_nothing = false
        """

    @Test func everyKeyHasItsPlaceInTheConfiguration() throws {
        let text = Self.text.replacing("expect_nothing = false", with: "[service.worker.log]")
            .replacing("reload = { http", with: "command = [\"worker\"]\nreload = { http")
        let read = try configuration([("hostd.toml", text)])
        #expect(read.host == HostSettings(name: "agent-01", launcher: .direct, stopWithHostd: false))
        #expect(
            read.control
                == ControlSettings(
                    adminGroup: "hostd-admin", readGroup: "hostd",
                    listen: ListenAddress(host: "127.0.0.1", port: 7788), tokenFile: "/etc/hostd/token"))
        #expect(read.services.map(\.name.text) == ["gateway", "proxy", "worker"], "sorted by name")
        let gateway = try #require(read.services.first)
        #expect(gateway.autostart)
        #expect(gateway.after.map(\.text) == ["proxy"])
        #expect(gateway.afterTimeout == .seconds(120))
        #expect(gateway.ports == [18789, 18790])
        #expect(
            gateway.launch
                == LaunchSpecification(
                    command: ["openclaw", "gateway", "--port", "18789"], directory: "/srv/agent", user: "agent",
                    group: "agents", groups: ["audio", "1001"], umask: 0o27, nice: -5, oomScoreAdjust: 500,
                    limits: [LaunchSpecification.ResourceLimit(name: "nofile", value: 65536)],
                    environment: ["NODE_ENV": "production", "PRICE": "$5"],
                    environmentFile: "/etc/hostd/gateway.env"))
        #expect(
            gateway.startup
                == ProbeSpecification(
                    target: .http(url: "http://127.0.0.1:18789/startupz", expected: 200...299), interval: .seconds(1),
                    timeout: .seconds(3), failures: 1, deadline: .seconds(300)))
        #expect(
            gateway.live
                == ProbeSpecification(
                    target: .http(url: "http://127.0.0.1:18789/healthz", expected: 204...204), interval: .seconds(10),
                    timeout: .milliseconds(1500), failures: 3))
        #expect(
            gateway.ready
                == ProbeSpecification(
                    target: .tcp(host: "::1", port: 18789), interval: .milliseconds(500), failures: 1, successes: 2,
                    delay: .seconds(2)))
        #expect(
            gateway.restart
                == RestartSpecification(
                    policy: .onFailure, backoff: .milliseconds(100), maxBackoff: .seconds(90), jitter: 0.125,
                    stable: .seconds(30), burst: 3, window: .seconds(300), holdOnExit: [64, 78], successExit: [0, 143]))
        #expect(
            gateway.stop == StopSpecification(signal: 2, target: .group, grace: .seconds(330), leftovers: .zero))
        #expect(gateway.log == LogSpecification(maxSizeBytes: 1_572_864, keep: 0, streams: .separate))
        #expect(
            gateway.limits
                == LimitsSpecification(
                    memoryBytes: 4 << 30, memoryRestartBytes: 3 << 30, tasks: 512, cpuPercent: 250))
        #expect(gateway.tags == ["edge", "Tier.1"])
        #expect(gateway.restartWith.map(\.text) == ["proxy"])
        #expect(gateway.needs == [.config])
        #expect(gateway.beforeStart == [["openclaw", "config", "validate"], ["/bin/sh", "-c", "echo $HOME"]])
        #expect(gateway.afterStop == [["rm", "-f", "/run/gateway.lock"]])
        #expect(gateway.hookTimeout == .seconds(30))
        #expect(gateway.reload == .signal(1))
        let worker = try #require(read.services.last)
        #expect(worker.reload == .http(url: "http://127.0.0.1:8080/reload"))
        #expect(worker.stop == StopSpecification(command: ["worker", "stop"], target: .group))
    }

    @Test func aCommandAsStringIsForTheShell() throws {
        let proxy = try service("command = \"exec proxy --listen :8081 $$FLAGS\"")
        #expect(proxy.launch.command == ["/bin/sh", "-c", "exec proxy --listen :8081 $FLAGS"])
        let probe = try service("live = { exec = \"test -e /run/ok\" }").live
        #expect(probe?.target == .exec(["/bin/sh", "-c", "test -e /run/ok"]))
    }

    @Test func whatIsLeftOutHasTheDefaultsOfTheContract() throws {
        let plain = try service("")
        #expect(plain == ServiceSpecification(name: plain.name, launch: LaunchSpecification(command: ["x"])))
        #expect(plain.restart == RestartSpecification())
        #expect(plain.stop == StopSpecification())
        let probes = try service("startup = { tcp = \"h:1\" }\nlive = { tcp = \"h:1\" }\nready = { tcp = \"h:1\" }")
        #expect(probes.startup?.interval == .seconds(1))
        #expect(probes.live?.interval == .seconds(10))
        #expect(probes.live?.failures == 3)
        #expect(probes.ready?.interval == .seconds(5))
        #expect(probes.ready?.timeout == .seconds(3))
        #expect(try configuration([("hostd.toml", "")]) == HostConfiguration())
    }

    @Test func aFileMayHaveABOMAndWindowsLineEnds() throws {
        let read = try configuration([("hostd.toml", "\u{FEFF}[host]\r\nname = \"a\"\r\n")])
        #expect(read.host.name == "a")
    }

    @Test func theExampleFailsWhereItIsWrong() {
        #expect(
            errors(Self.text) == [
                "hostd.toml:62:1: service.worker: no command (write command = [\"program\", \"argument\"])",
                "hostd.toml:68:1: service.worker.live.expect_nothing: unknown key (did you mean \"expect\"?)",
            ])
    }
}
