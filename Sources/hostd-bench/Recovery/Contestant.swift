// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// A supervisor as the recovery bench runs it: each with the least that it needs, so that none pays for a shell, a log
/// or a check of which another knows nothing.
struct Contestant {
    let name: String
    /// The program to run; nil when it is not installed.
    let program: String?
    /// Lays what it needs into its folder, where the child's FIFO is `ring`, and says its arguments.
    let prepare: (_ folder: String) throws(SystemError) -> [String]
    /// The unit that is still to be stopped when the program has ended.
    var unit: String?

    static func all(child: String) -> [Contestant] {
        (isBooted ? [hostd(child, "systemd"), systemd(child)] : []) + [
            hostd(child, "direct"), runFolder("runit runsv", "runsv", child),
            runFolder("daemontools supervise", "supervise", child),
            runFolder("s6-supervise", "s6-supervise", child), supervisord(child),
        ]
    }

    /// Whether systemd is the manager of this host (sd_booted(3)), as under `tools/booted .build/release -- …`.
    private static var isBooted: Bool { Files.exists("/run/systemd/system") }

    private static func hostd(_ child: String, _ launcher: String) -> Contestant {
        Contestant(
            name: "hostd, launcher \(launcher)", program: BenchPrograms.built("hostd")
        ) { folder throws(SystemError) in
            let configuration = """
                [host]
                launcher = "\(launcher)"
                [service.child]
                command = ["\(child)", "--ring", "\(folder)/ring"]
                restart = { backoff = "0s", burst = 0, jitter = "0%" }
                """
            try Files.replace(folder + "/hostd.toml", with: configuration.utf8)
            return ["--dir", folder]
        }
    }

    /// The manager itself, with the program as a unit: restarted at once, however often.
    private static func systemd(_ child: String) -> Contestant {
        let unit = "hostd-bench-plain.service"
        return Contestant(
            name: "systemd, Restart=always", program: BenchPrograms.installed("systemd-run"),
            prepare: { folder throws(SystemError) in
                [
                    "--quiet", "--wait", "--unit", unit, "-p", "Restart=always", "-p", "RestartSec=0", "-p",
                    "StartLimitIntervalSec=0", "-p", "StandardOutput=null", child, "--ring", folder + "/ring",
                ]
            }, unit: unit)
    }

    /// One that runs `FOLDER/run`, in that folder: the child itself, under another name.
    private static func runFolder(_ name: String, _ program: String, _ child: String) -> Contestant {
        Contestant(name: name, program: BenchPrograms.installed(program)) { folder throws(SystemError) in
            try Files.replace(folder + "/run", with: try Files.read(child, limit: 16 << 20), mode: 0o755)
            return [folder]
        }
    }

    private static func supervisord(_ child: String) -> Contestant {
        Contestant(name: "supervisord", program: BenchPrograms.installed("supervisord")) { folder throws(SystemError) in
            let configuration = """
                [supervisord]
                nodaemon = true
                logfile = \(folder)/log
                pidfile = \(folder)/pid
                childlogdir = \(folder)
                [program:child]
                command = \(child) --ring \(folder)/ring
                autorestart = true
                startsecs = 0
                stdout_logfile = NONE
                stderr_logfile = NONE
                """
            try Files.replace(folder + "/conf", with: configuration.utf8)
            return ["-c", folder + "/conf"]
        }
    }
}
