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

    static func all(child: String) -> [Contestant] {
        [
            hostd(child), runFolder("runit runsv", "runsv", child),
            runFolder("daemontools supervise", "supervise", child),
            runFolder("s6-supervise", "s6-supervise", child), supervisord(child),
        ]
    }

    private static func hostd(_ child: String) -> Contestant {
        Contestant(name: "hostd", program: BenchPrograms.built("hostd")) { folder throws(SystemError) in
            let configuration = """
                [host]
                launcher = "direct"
                [service.child]
                command = ["\(child)", "--ring", "\(folder)/ring"]
                restart = { backoff = "0s", burst = 0, jitter = "0%" }
                """
            try Files.replace(folder + "/hostd.toml", with: configuration.utf8)
            return ["--dir", folder]
        }
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
