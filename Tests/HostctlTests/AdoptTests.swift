// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl adopt` of unit files. What systemd itself says, and the taking over, is in Tests/Booted/neighbours.sh.
@Suite struct AdoptTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write("hostd.toml", "[service.proxy]\ncommand = [\"proxy\"]\n")
    }

    private func write(_ name: String, _ text: String) throws {
        let path = "\(folder.path)/\(name)"
        try Files.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try Files.replace(path, with: text.utf8)
    }

    /// The lines that a unit becomes, without those that are remarks.
    private func keys(_ unit: String, as name: String = "worker.service", _ options: String...) throws -> [String] {
        let json = try adopted(unit, as: name, options)
        return (json["toml"]?.text ?? "").split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && !$0.hasPrefix("[")
        }
    }

    private func adopted(_ unit: String, as name: String = "worker.service", _ options: [String] = []) throws -> JSON {
        try write(name, unit)
        let result = try Hostctl.run(["adopt", "\(folder.path)/\(name)", "--dir", folder.path, "--json"] + options)
        #expect(result.code == 0 && result.err.isEmpty, "\(result)")
        // Whatever it is made of, hostd takes it.
        let toml = try #require(try JSON(parsing: Array(result.out.utf8))["toml"]?.text)
        try write("conf.d/adopted.toml", toml)
        let check = try Hostctl.run(["check", "--dir", folder.path])
        #expect(check.code == 0, "\(check.out)\n\(toml)")
        try Files.remove("\(folder.path)/conf.d/adopted.toml")
        return try JSON(parsing: Array(result.out.utf8))
    }

    private func texts(_ json: JSON, _ key: String) -> [String] { (json[key]?.elements ?? []).compactMap(\.text) }

    /// As OpenClaw 2026.9 installs it.
    private static let openClaw = """
        [Unit]
        Description=OpenClaw Gateway (v2026.9.5)
        After=network-online.target
        Wants=network-online.target
        StartLimitBurst=5
        StartLimitIntervalSec=60

        [Service]
        ExecStart=/usr/bin/node /home/agent/.npm-global/lib/node_modules/openclaw/dist/index.js gateway --port 18789
        Restart=always
        RestartSec=5
        RestartPreventExitStatus=78
        TimeoutStopSec=330
        TimeoutStartSec=30
        SuccessExitStatus=0 143
        OOMPolicy=continue
        KillMode=mixed
        Environment=HOME=/home/agent
        Environment=OPENCLAW_GATEWAY_PORT=18789
        Environment=OPENCLAW_SYSTEMD_UNIT=openclaw-gateway.service
        Environment="OPENCLAW_WINDOWS_TASK_NAME=OpenClaw Gateway"
        Environment=OPENCLAW_SERVICE_MARKER=openclaw
        Environment=OPENCLAW_SERVICE_KIND=gateway

        [Install]
        WantedBy=default.target
        """

    @Test func theUnitOfOpenClawGetsItsPreset() throws {
        let me = Users.account(uid: getuid())
        let json = try adopted(Self.openClaw, as: "openclaw-gateway.service", ["--user", me.name])
        #expect(json["preset"] == "openclaw-gateway")
        #expect(json["service"] == "openclaw-gateway")
        let lines = (json["toml"]?.text ?? "").split(separator: "\n").map(String.init)
        let keys = lines.filter { !$0.hasPrefix("#") }
        #expect(
            keys == [
                "[service.openclaw-gateway]", "preset = \"openclaw-gateway\"",
                "command = [\"/usr/bin/node\", "
                    + "\"/home/agent/.npm-global/lib/node_modules/openclaw/dist/index.js\", \"gateway\", \"--port\", "
                    + "\"18789\"]",
            ] + (getuid() == 0 ? ["user = \"\(me.name)\""] : []) + [
                "env.HOME = \"/home/agent\"", "env.OPENCLAW_GATEWAY_PORT = \"18789\"",
                "env.OPENCLAW_SERVICE_KIND = \"gateway\"", "env.OPENCLAW_SERVICE_MARKER = \"openclaw\"",
                "env.OPENCLAW_WINDOWS_TASK_NAME = \"OpenClaw Gateway\"",
            ])
        let notes = texts(json, "notes")
        #expect(
            notes.contains(
                "left to preset openclaw-gateway; the unit had: restart = { backoff = \"5s\", burst = 5, "
                    + "window = \"60s\", hold_on_exit = [78], success_exit = [0, 129, 130, 141, 143] }"))
        #expect(notes.contains { $0.contains("grace = \"330s\"") })
        #expect(notes.contains { $0.hasPrefix("Environment=OPENCLAW_SYSTEMD_UNIT=openclaw-gateway.service names") })
        #expect(texts(json, "blockers").isEmpty)
    }

    @Test(
        arguments: [
            ("/usr/local/bin/openclaw gateway --port 19001", "openclaw-gateway", "ports = [19001]"),
            ("/opt/venv/bin/litellm --config /etc/litellm.yaml --port 4000", "litellm", nil),
            ("/opt/venv/bin/python3 /opt/venv/bin/litellm --config c.yaml", "litellm", nil),
            ("/home/agent/.local/bin/hermes gateway run", "hermes-gateway", nil),
            ("/usr/bin/nanobot gateway --port=18790", "nanobot-gateway", nil),
            ("/usr/bin/openclaw doctor", nil, nil),
            ("/usr/bin/node /srv/app.mjs gateway --port 8080", nil, "ports = [8080]"),
        ] as [(String, String?, String?)])
    func thePresetIsThatOfTheCommand(command: String, preset: String?, ports: String?) throws {
        let lines = try keys("[Service]\nExecStart=\(command)\n")
        #expect(lines.first { $0.hasPrefix("preset") } == preset.map { "preset = \"\($0)\"" })
        #expect(lines.first { $0.hasPrefix("ports") } == ports)
    }

    @Test func aPortThatIsToldIsAskedAtTheStart() throws {
        let open = try keys("[Service]\nExecStart=/bin/web --port 8080 --host=0.0.0.0\nTimeoutStartSec=20\n")
        #expect(open.contains("startup = { tcp = \"127.0.0.1:8080\", deadline = \"20s\" }"), "\(open)")
        let elsewhere = try keys("[Service]\nExecStart=/bin/web --port 8080 --host 10.0.0.1\n")
        #expect(!elsewhere.contains { $0.hasPrefix("startup") }, "\(elsewhere)")
    }

    @Test func everyKeyThatHostdKnowsIsTranslated() throws {
        let lines = try keys(
            """
            [Unit]
            After=network.target proxy.service
            PartOf=proxy.service
            StartLimitIntervalSec=10min
            StartLimitBurst=4
            [Service]
            Type=notify
            User=agent
            Group=agents
            SupplementaryGroups=video audio
            UMask=0027
            Nice=5
            OOMScoreAdjust=-100
            WorkingDirectory=/srv/agent
            Environment=A=1 "B=two words"
            EnvironmentFile=/etc/worker.env
            ExecStartPre=-/usr/bin/mkdir /run/x
            ExecStart=/usr/bin/worker --fast
            ExecReload=/bin/kill -HUP $MAINPID
            ExecStopPost=/usr/bin/clean 'a b'
            Restart=on-failure
            RestartSec=250ms
            RestartPreventExitStatus=78 CONFIG
            SuccessExitStatus=3 SIGUSR1
            TimeoutStartSec=2min
            TimeoutStopSec=1min 30s
            WatchdogSec=30
            KillSignal=SIGINT
            LimitNOFILE=1024:65536
            MemoryMax=4G
            TasksMax=512
            CPUQuota=150%
            """)
        #expect(
            lines == [
                "command = [\"/usr/bin/worker\", \"--fast\"]", "directory = \"/srv/agent\"", "user = \"agent\"",
                "group = \"agents\"", "groups = [\"video\", \"audio\"]", "umask = \"0027\"", "nice = 5",
                "oom_score_adj = -100", "env.A = \"1\"", "env.B = \"two words\"", "env_file = \"/etc/worker.env\"",
                "before_start = [[\"/bin/sh\", \"-c\", \"set -f; /usr/bin/mkdir /run/x || :\"]]",
                "after_stop = [[\"/usr/bin/clean\", \"a b\"]]", "after = [\"proxy\"]", "restart_with = [\"proxy\"]",
                "native_units = [\"worker.service\"]", "startup = { notify = true, deadline = \"120s\" }",
                "live = { heartbeat = \"30s\" }",
                "restart = { policy = \"on-failure\", backoff = \"250ms\", burst = 4, window = \"600s\", "
                    + "hold_on_exit = [78], success_exit = [0, 3, 129, 130, 138, 141, 143] }",
                "stop = { signal = \"SIGINT\", to = \"group\", grace = \"90s\" }", "reload = { signal = \"SIGHUP\" }",
                "limits = { memory = \"4GiB\", tasks = 512, cpu = \"150%\", open_files = 65536 }",
            ])
    }

    @Test func wordsAreTakenApartAsSystemdDoes() throws {
        let lines = try keys(
            #"""
            [Service]
            # a remark \
            ExecStart=/bin/echo "two words" 'it''s' a\x20b 100%% $$HOME \
              --next ; --last
            ExecStart=
            ExecStart=@/bin/echo called "q\"q" %n %p tab\there
            Environment=X=1
            Environment=
            Environment=Y=${literal}
            """#)
        #expect(
            lines.contains(#"command = ["/bin/echo", "q\"q", "worker.service", "worker", "tab\there"]"#), "\(lines)")
        #expect(lines.contains(#"env.Y = "$${literal}""#), "\(lines)")
        #expect(!lines.contains { $0.hasPrefix("env.X") })
        let first = try keys("[Service]\nExecStart=/bin/echo \"two words\" 'it''s' a\\x20b 100%% $$HOME \\\n  --next\n")
        #expect(
            first.first == #"command = ["/bin/echo", "two words", "its", "a b", "100%", "$$HOME", "--next"]"#,
            "\(first)")
    }

    @Test func variablesAreFilledInOrLeftToAShell() throws {
        let known = try keys(
            "[Service]\nEnvironment=PORT=8080 FLAGS=\"-a -b\"\nExecStart=/bin/web ${PORT} $FLAGS x${PORT}y\n")
        #expect(known.first == "command = [\"/bin/web\", \"8080\", \"-a\", \"-b\", \"x8080y\"]", "\(known)")
        let open = try keys("[Service]\nEnvironmentFile=/etc/web.env\nExecStart=/bin/web ${PORT} $FLAGS 'a b'\n")
        #expect(open.first == #"command = "set -f; exec /bin/web \"$${PORT}\" $$FLAGS 'a b'""#, "\(open)")
    }

    @Test func whatHasNoEquivalentIsTold() throws {
        let json = try adopted(
            """
            [Unit]
            After=postgresql.service network.target
            OnFailure=mail@%n.service
            [Service]
            ExecStart=/bin/web
            ExecStartPost=/bin/true
            ProtectHome=yes
            NoNewPrivileges=yes
            CapabilityBoundingSet=CAP_A
            CapabilityBoundingSet=CAP_B
            MemoryHigh=3G
            KillMode=process
            StandardOutput=append:/var/log/web.log
            Restart=always
            """)
        let toml = json["toml"]?.text ?? ""
        #expect(
            toml.contains(
                "limits = { memory_high = \"3GiB\" }\nunit = { ProtectHome = \"yes\", NoNewPrivileges = \"yes\" }\n"),
            "\(toml)")
        let notes = texts(json, "notes")
        #expect(notes.contains { $0.hasPrefix("CapabilityBoundingSet=CAP_A CAP_B is not taken over: ") }, "\(notes)")
        for begin in [
            "After=postgresql.service: ", "OnFailure=mail@%n.service: ", "ExecStartPost=/bin/true: ",
            "KillMode=process: ", "output goes to /var/log/web.log no more",
        ] { #expect(notes.contains { $0.hasPrefix(begin) }, "\(begin) in \(notes)") }
        #expect(!notes.contains { $0.contains("network.target") })
        #expect(texts(json, "blockers").isEmpty)
    }

    @Test(arguments: [
        ("Type=forking\nExecStart=/bin/web", "Type=forking"),
        ("DynamicUser=yes\nExecStart=/bin/web", "DynamicUser=yes"),
        ("EnvironmentFile=/a\nEnvironmentFile=/b\nExecStart=/bin/web", "EnvironmentFile=/b"),
        ("ExecStart=/bin/web %Q", "%Q"), ("ExecStart=/bin/web\nExecStop=/bin/stop $MAINPID", "ExecStop= with $MAINPID"),
    ])
    func whatWouldNotRunAsItDidIsABlocker(text: String, blocker: String) throws {
        let json = try adopted("[Service]\n\(text)\n")
        #expect(texts(json, "blockers").count == 1)
        #expect(texts(json, "blockers").first?.hasPrefix(blocker) == true, "\(json)")
        let toml = json["toml"]?.text ?? ""
        #expect(toml.contains("# To be mended first: \(blocker)"))
    }

    @Test func theSocketBesideIsHeldByHostd() throws {
        try write("worker.socket", "[Socket]\nListenStream=127.0.0.1:8080\nListenStream=9000\n")
        let lines = try keys("[Service]\nExecStart=/bin/web\n")
        #expect(lines.contains("listen = [\"127.0.0.1:8080\", \"[::]:9000\"]"), "\(lines)")
        try write("worker.socket", "[Socket]\nListenStream=/run/web.sock\nAccept=yes\n")
        let json = try adopted("[Service]\nExecStart=/bin/web\n")
        #expect(texts(json, "blockers").count == 2)
    }

    @Test func aFileIsWrittenOnceAndNeverOverAnother() throws {
        try write("a/worker.service", "[Service]\nExecStart=/bin/web\nEnvironment=TOKEN=secret\n")
        let line = ["adopt", "\(folder.path)/a/worker.service", "--dir", folder.path, "--write"]
        let first = try Hostctl.run(line)
        let path = "\(folder.path)/conf.d/worker.toml"
        #expect(first.code == 0 && first.out.hasPrefix("\(path) is written."), "\(first)")
        #expect(try FileStatus(at: path).rights == 0o600, "it may hold secrets")
        let before = try Files.read(path)
        let second = try Hostctl.run(line)
        #expect(second.code == ExitCode.failed.rawValue)
        #expect(second.err.contains("--name gives this one another name"))
        #expect(try Files.read(path) == before)
        let other = try Hostctl.run(line + ["--name", "other"])
        #expect(other.code == 0)
        #expect(try Files.list("\(folder.path)/conf.d") == ["other.toml", "worker.toml"])
        #expect(try Hostctl.run(["check", "--dir", folder.path]).code == 0)
    }

    @Test func nothingIsWrittenThatHostdWouldRefuse() throws {
        try write("a/worker.service", "[Service]\nExecStart=/bin/web\nUMask=strange\n")
        let result = try Hostctl.run(["adopt", "\(folder.path)/a/worker.service", "--dir", folder.path, "--write"])
        #expect(result.code == ExitCode.badFile.rawValue)
        #expect(result.err.contains("umask"), "\(result.err)")
        #expect(!Files.exists("\(folder.path)/conf.d/worker.toml"))
    }

    @Test func whatCannotBeAdoptedHasAnExitCode() throws {
        let dir = ["--dir", folder.path]
        #expect(try Hostctl.run(["adopt"] + dir).code == ExitCode.usage.rawValue)
        #expect(try Hostctl.run(["adopt", "./nothing.service"] + dir).code == ExitCode.noSuchName.rawValue)
        #expect(try Hostctl.run(["adopt", "x.timer"] + dir).code == ExitCode.usage.rawValue)
        try write("a/worker.service", "[Service]\nExecStart=/bin/web\n")
        let path = "\(folder.path)/a/worker.service"
        #expect(try Hostctl.run(["adopt", path, "--take-over"] + dir).code == ExitCode.usage.rawValue)
        #expect(try Hostctl.run(["adopt", path, "--name", "Not A Name"] + dir).code == ExitCode.usage.rawValue)
        #expect(try Hostctl.run(["adopt", path, "--user", "no-such-user"] + dir).code == ExitCode.noSuchName.rawValue)
    }

    @Test func unitsAreCompletedFromTheFoldersOfTheirOwner() throws {
        let names = try Hostctl.run(["__complete", "adopt", "systemd-jour"]).out
        let installed = ((try? Files.list("/usr/lib/systemd/system")) ?? []).filter { $0.hasPrefix("systemd-jour") }
        for name in installed where name.hasSuffix(".service") { #expect(names.contains(name + "\t")) }
        #expect(try Hostctl.run(["__complete", "adopt", "--user", "nobody", "systemd-jour"]).out.isEmpty)
    }

    /// The explanations of the journal name commands to type.
    @Test func everyCommandOfTheCatalogIsOne() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try Files.readText(root + "/config/systemd/hostd.catalog")
        let commands = Set(text.split(separator: "\n").filter { $0.hasPrefix("    hostctl ") })
        #expect(commands.count > 10)
        for command in commands {
            let words = command.split(separator: " ").dropFirst().map(String.init).map {
                $0.replacing("@HOSTD_SERVICE@", with: "gateway").replacing("@HOSTD_JOB@", with: "7")
            }
            // Nobody answers at that socket: a command line that is understood says so.
            let result = try Hostctl.run(
                words + ["--socket", "\(folder.path)/none", "--config", "\(folder.path)/none"])
            #expect(result.code != ExitCode.usage.rawValue, "\(command): \(result.err)")
        }
    }
}
