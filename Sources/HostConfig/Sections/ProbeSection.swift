// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.startup]`, `live` and `ready`
enum ProbeSection {
    static let startup = section(.startup, ProbeDraft(interval: .seconds(1), failures: 1), further: [deadline])
    static let live = section(.live, ProbeDraft(interval: .seconds(10), failures: 3))
    static let ready = section(.ready, ProbeDraft(interval: .seconds(5), failures: 1))

    /// Of these one says what is asked.
    static func targets(_ kind: ProbeKind) -> [String] {
        ["http", "tcp", "unix", "exec", kind == .live ? "heartbeat" : "notify", "log"]
    }

    /// The keys that go with some targets only.
    static let companions: [(key: String, targets: [String])] = [
        ("expect", ["http"]), ("body", ["http"]), ("headers", ["http"]),
        ("interval", ["http", "tcp", "unix", "exec", "log"]), ("timeout", ["http", "tcp", "unix", "exec"]),
        ("successes", ["http", "tcp", "unix", "exec"]),
        ("failures", ["http", "tcp", "unix", "exec", "heartbeat", "log"]),
        ("delay", ["http", "tcp", "unix", "exec", "heartbeat", "log"]),
    ]

    private static func section(
        _ kind: ProbeKind, _ empty: ProbeDraft, further: [Key<ProbeDraft>] = []
    ) -> Section<ProbeDraft> {
        Section(
            "service.NAME.\(kind.rawValue)", empty: empty,
            hint: "a table, like { http = \"http://127.0.0.1:8080/healthz\" }", exclusive: targets(kind),
            keys: asking.map { $0.changing(.inPlace) }
                // The program was told at its start how often it is to give a sign.
                + [kind == .live ? heartbeat : notify.changing(.inPlace)]
                + ([kind == .live ? logAlive : logOnce] + http + pace + further).map { $0.changing(.inPlace) })
    }

    private static let asking: [Key<ProbeDraft>] = [
        Key(
            "http", .webAddress, \.http, also: ["url", "https", "http_get"],
            "GET this URL; well when the status is expected. A redirect is not followed."),
        Key("tcp", .endpoint, \.tcp, also: ["tcp_socket"], "Connect to this address; well when it accepts."),
        Key(
            "unix", .socketPath, \.unix, also: ["socket", "unix_socket"],
            "Connect to the stream socket at this path; well when it accepts."),
        Key("exec", .command, \.exec, also: ["command"], "Run this as the service's user; well when it exits 0."),
    ]

    private static let notify = Key<ProbeDraft>(
        "notify", .flag, \.notify, also: ["sd_notify"],
        "Listen for READY=1 on the notify socket (sd_notify); well from then on.")

    private static let heartbeat = Key<ProbeDraft>(
        "heartbeat", .time(.milliseconds(100)...TimeText.day), \.heartbeat, also: ["watchdog", "watchdog_sec"],
        "Listen for WATCHDOG=1 on the notify socket; bad when none comes for so long. `failures` is 1 if not given."
    )

    private static let logOnce = Key<ProbeDraft>(
        "log", .pattern, \.log, also: ["log_line", "ready_log_line"],
        "Look into the log; well from the first line on that matches this regular expression.")

    private static let logAlive = Key<ProbeDraft>(
        "log", .pattern, \.log, also: ["log_line"],
        "Look into the log; bad when no line since the look before matches this regular expression.")

    private static let http: [Key<ProbeDraft>] = [
        Key(
            "expect", .statuses, \.expect, also: ["status"],
            "The statuses that are well, with http; \"200-299\" if not given."),
        Key(
            "body", .pattern, \.body, also: ["match", "contains"],
            "With http: well only when the first 64 KiB of the body match this regular expression."),
        Key("headers", .headers, \.headers, also: ["header"], "Further headers of the request, with http."),
    ]

    private static let pace: [Key<ProbeDraft>] = [
        Key(
            "interval", .time(.milliseconds(10)...TimeText.day), \.interval, also: ["period"],
            "From the end of one probe to the start of the next."),
        Key(
            "timeout", .time(.milliseconds(10)...TimeText.hour), \.timeout,
            "A probe without an answer after this time has failed."),
        Key(
            "failures", .integer(1...1000), \.failures, also: ["retries", "failure_threshold"],
            "So many failures in a row are bad."),
        Key(
            "successes", .integer(1...1000), \.successes, also: ["success_threshold"],
            "So many successes in a row are good."),
        Key(
            "delay", .time(.zero...TimeText.day), \.delay, also: ["initial_delay", "start_period"],
            "From the start of the instance (live, ready: from the end of its startup) to the first probe."),
    ]

    private static let deadline = Key<ProbeDraft>(
        "deadline", .time(.milliseconds(10)...TimeText.week), \.deadline,
        "How long the start may take, counted anew while it reports progress.")
}
