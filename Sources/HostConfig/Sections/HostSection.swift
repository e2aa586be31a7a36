// SPDX-License-Identifier: Apache-2.0

/// `[host]`
enum HostSection {
    static let section = Section(
        "host", empty: HostSettings(),
        keys: [
            Key(
                "name", .label, \.name, also: ["hostname"],
                change: .inPlace, "The host's name in status and alerts; the host name if not given."),
            Key(
                "launcher", .choice(), \.launcher, change: .inPlace,
                "Who starts programs from now on: systemd in transient units ([units.md](units.md)), hostd directly, "
                    + "or what fits this host."),
            Key(
                "stop_with_hostd", .flag, \.stopWithHostd,
                change: .inPlace,
                "SIGTERM to hostd stops the services; false leaves them running, to be adopted by the next hostd."),
            Key(
                "logs_total", .size(0...(1 << 60)), \.logsTotalBytes, also: ["log_total", "logs_max"], change: .inPlace,
                "The logs of all services together take no more: the oldest files are removed first."),
            Key(
                "concurrency", .integer(1...10_000), \.concurrency, also: ["max_jobs", "jobs"], change: .inPlace,
                "So many jobs run at the same time, of all kinds together."),
        ])
}
