// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A supervisor with very many services, each with the least that it needs.
struct ScaleSubject {
    let name: String
    /// nil when it is not installed.
    let program: String?
    /// What makes it end with all its children.
    var stopSignal = SIGTERM
    /// Lays what it needs into its folder, where the children's FIFO is `ring`, and says its arguments.
    let prepare: (_ folder: String, _ services: Int) throws(SystemError) -> [String]
    /// Its own processes by kind.
    let group: (_ pid: Int32) -> ProcessGroup

    static func all(child: String) -> [ScaleSubject] { [hostd(child), runsvdir(child), supervisord(child)] }

    private static func hostd(_ child: String) -> ScaleSubject {
        ScaleSubject(
            name: "hostd", program: BenchPrograms.built("hostd"),
            prepare: { folder, services throws(SystemError) in
                var text = "[host]\nlauncher = \"direct\"\n"
                for number in 1...services {
                    text += """
                        [service.child-\(number)]
                        command = ["\(child)", "--ring", "\(folder)/ring"]
                        restart = { backoff = "0s", burst = 0, jitter = "0%" }

                        """
                }
                try Files.replace(folder + "/hostd.toml", with: text.utf8)
                return ["--dir", folder]
            },
            group: ProcessGroup.init(hostd:))
    }

    /// runit: one runsv for each folder below the one that runsvdir looks at.
    private static func runsvdir(_ child: String) -> ScaleSubject {
        ScaleSubject(
            name: "runit runsvdir", program: BenchPrograms.installed("runsvdir"), stopSignal: SIGHUP,
            prepare: { folder, services throws(SystemError) in
                for number in 1...services {
                    let service = "\(folder)/services/child-\(number)"
                    try Files.makeFolder(service)
                    // The child runs in this folder, where it looks for its FIFO.
                    try check("symlink", service) { symlink(child, service + "/run") }
                    try check("symlink", service) { symlink(folder + "/ring", service + "/ring") }
                }
                return [folder + "/services"]
            },
            group: { pid in
                let keepers = ProcessTable().children(of: pid)
                return ProcessGroup(kinds: [("runsvdir", [pid]), ("runsv", keepers)])
            })
    }

    private static func supervisord(_ child: String) -> ScaleSubject {
        ScaleSubject(
            name: "supervisord", program: BenchPrograms.installed("supervisord"),
            prepare: { folder, services throws(SystemError) in
                var text = """
                    [supervisord]
                    nodaemon = true
                    logfile = \(folder)/log
                    pidfile = \(folder)/pid
                    childlogdir = \(folder)
                    minfds = \(services + 1024)
                    minprocs = \(services + 1024)

                    """
                for number in 1...services {
                    text += """
                        [program:child-\(number)]
                        command = \(child) --ring \(folder)/ring
                        autorestart = true
                        startsecs = 0
                        stdout_logfile = NONE
                        stderr_logfile = NONE

                        """
                }
                try Files.replace(folder + "/conf", with: text.utf8)
                return ["-c", folder + "/conf"]
            },
            group: { ProcessGroup(name: "supervisord", pid: $0) })
    }
}
