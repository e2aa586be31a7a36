// SPDX-License-Identifier: Apache-2.0

/// An example for each table of the reference. Together they are a configuration that is right.
public enum ReferenceExamples {
    /// By the table's path, with NAME for a name that people choose.
    static let bySection: [String: String] = [
        "host": """
        [host]
        name = "agent-01"
        launcher = "auto"
        stop_with_hostd = true
        logs_total = "20GiB"
        concurrency = 16
        """,
        "control": """
        [control]
        admin_group = "hostd-admin"
        read_group = "hostd"
        """,
        "alert": """
        [[alert]]
        name = "ops"
        webhook = "https://hooks.example.com/services/T0/B0/secret"
        format = "slack"
        on = ["service.looping", "service.held", "*.critical"]
        quiet = "30m"

        [[alert]]
        mail = "ops@example.com"
        smtp = "smtp://mail.example.com:587"
        from = "hostd@agent-01.example.com"
        user = "hostd"
        password_file = "/etc/hostd/smtp-password"
        on = ["condition.disk"]

        [[alert]]
        exec = ["/usr/local/bin/page-me"]
        on = ["service.held"]
        """,
        "node": """
        [node]
        version = "24.16.0"     # or "22", "lts", "lts/jod", ".nvmrc" beside this file
        roots = ["/opt/node", "~/.nvm"]
        """,
        "disk": """
        [disk]
        paths = ["/", "/srv"]
        reserve = "512MiB"
        clean = [{ path = "/var/cache/npm/*", older = "3d", user = "agent" }, { cache = "pip", user = "agent" }]
        interval = "10s"
        settle = "5m"
        """,
        "network": """
        [network]
        probes = [
            { name = "openrouter", http = "https://openrouter.ai/api/v1/models", interval = "15s", timeout = "5s" },
            { name = "portal", http = "http://192.0.2.80/generate_204", expect = 204, interval = "60s" },
            { name = "resolver", dns = "openrouter.ai", server = "192.0.2.53:53" },
            { name = "bastion", tcp = "192.0.2.22:22" },
        ]
        """,
        "models": """
        [models]
        url = "https://config.example.com/models.toml"
        interval = "5m"
        timeout = "30s"
        signature = "https://config.example.com/models.toml.sig"
        keyring = "/etc/hostd/policy-keys.gpg"
        key_file = "/etc/hostd/policy-token"
        """,
        "service.NAME": """
        [service.gateway]
        preset = "openclaw-gateway"
        command = ["openclaw", "gateway", "--port", "${port}", "--profile", "p${instance}"]
        autostart = true
        instances = 2
        tags = ["edge"]
        after = ["proxy"]
        after_timeout = "2m"
        restart_with = ["proxy"]
        needs = ["config"]
        before_start = [["openclaw", "config", "validate"]]
        after_stop = [["/bin/sh", "-c", "rm -f /srv/agent/*.lock"]]
        hook_timeout = "60s"
        ports = ["18780+${instance}"]
        listen = ["127.0.0.1:18789", "127.0.0.1:28780+${instance}"]
        directory = "/srv/agent"
        node = true
        keep_awake = true
        native_units = ["openclaw-gateway*.service", "my-gateway.service"]
        model_change = "none"   # or "restart", { signal = "SIGHUP" }, { exec = ["program"] }, { http = "http://…" }
        user = "agent"
        group = "agent"
        groups = ["audio"]
        umask = "027"
        nice = 5
        oom_score_adj = 200
        env = { NODE_ENV = "production", PRICE = "$$5" }
        env_file = "/etc/hostd/gateway.env"
        sandbox = "basic"
        unit = { MemoryLow = "512M", SystemCallFilter = ["~@mount @swap", "~@reboot"], PrivateDevices = true }
        """,
        "service.NAME.startup": """
        [service.gateway.startup]
        http = "http://127.0.0.1:${port}/startupz"
        expect = 200
        interval = "1s"
        timeout = "3s"
        deadline = "5m"
        """,
        "service.NAME.live": """
        [service.gateway.live]
        http = "http://127.0.0.1:${port}/healthz"
        interval = "10s"
        failures = 3
        """,
        "service.NAME.ready": """
        [service.gateway.ready]
        exec = ["/usr/local/bin/is-ready", "${port}"]
        interval = "5s"
        """,
        "service.NAME.restart": """
        [service.gateway.restart]
        policy = "always"
        backoff = "250ms"
        max_backoff = "2m"
        jitter = "50%"
        stable = "10s"
        burst = 5
        window = "10m"
        hold_on_exit = [78]
        success_exit = [0, 143]
        """,
        "service.NAME.stop": """
        [service.gateway.stop]
        signal = "SIGTERM"      # or exec = ["openclaw", "gateway", "stop"]
        to = "main"
        grace = "330s"
        leftovers = "5s"
        """,
        "service.NAME.reload": """
        [service.gateway.reload]
        signal = "SIGHUP"       # or exec = ["program", "argument"], or http = "http://127.0.0.1:8080/reload"
        """,
        "service.NAME.log": """
        [service.gateway.log]
        max_size = "16MiB"
        rotate_every = "24h"
        daily = true
        keep = 8
        max_age = "14d"
        total = "1GiB"
        compress = true
        streams = "merged"
        timestamps = "index"
        journal = false
        when_full = "block"
        """,
        "kind.NAME": """
        [kind.review]
        preset = "claude-code"
        prompt = "Review what was committed since the last review, and write REVIEW.md."
        tier = "reasoning"
        directory = "/srv/repo"
        user = "agent"
        env = { REVIEW_ATTEMPT = "${attempt}" }
        needs = ["disk", "network"]
        concurrency = 2
        priority = 10
        attempts = 6
        backoff = "15s"
        max_backoff = "15m"
        jitter = "50%"
        deadline = "24h"
        attempt_timeout = "6h"
        schedule = "Mon..Fri 09:00"
        overlap = "skip"
        timezone = "Europe/Berlin"
        sandbox = "strict"
        unit = { ReadWritePaths = "/home/agent/.claude", IPAddressDeny = "169.254.169.254" }

        [kind.import]
        command = ["import", "--from", "${checkpoint}", "--id", "job-${job}"]
        resume = ["import", "--resume", "${checkpoint}"]
        """,
        "kind.NAME.stall": """
        [kind.review.stall]
        silence = "10m"
        hard = "30m"
        """,
        "kind.NAME.checkpoint": """
        [kind.import.checkpoint]
        file = "progress.json"  # or git = true, or notify = true
        signal = "SIGUSR1"
        patience = "30s"
        """,
        "kind.NAME.on_success": """
        [kind.review.on_success]
        exec = ["/usr/local/bin/publish-review"]
        """,
        "kind.NAME.on_failure": """
        [kind.review.on_failure]
        webhook = "https://hooks.example.com/services/T0/B0/secret"
        """,
        "log.NAME": """
        [log.gateway-err]
        path = "/home/agent/.openclaw/logs/gateway.err.log"
        max_size = "100MiB"
        max_age = "14d"
        keep = 3
        total = "500MiB"
        method = "rename"
        user = "agent"
        """,
        "log.NAME.reopen": """
        [log.gateway-err.reopen]
        signal = "SIGUSR1"      # or exec = ["program", "argument"]
        service = "gateway"
        """,
        "service.NAME.limits": """
        [service.gateway.limits]
        memory = "4GiB"
        memory_restart = "3GiB"
        memory_high = "2GiB"
        tasks = 512
        cpu = "200%"
        cpu_weight = 50
        io_weight = 50
        open_files = 65536
        """,
    ]

    /// All of them as one file, with the services that they name.
    public static let file: String =
        "[service.proxy]\ncommand = [\"proxy\"]\n\n"
        + bySection.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n\n") + "\n"
}
