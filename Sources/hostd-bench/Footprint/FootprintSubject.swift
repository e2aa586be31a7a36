// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// Something whose footprint is taken: it is started, becomes idle, and is measured.
struct FootprintSubject {
    let title: String
    /// nil when it is not installed.
    let program: String?
    /// Lays what it needs into the folder and says its arguments.
    let prepare: (_ folder: String, _ port: UInt16) throws(SystemError) -> [String]
    /// Whether it has started everything, by the requests that came in.
    let isUp: (_ pid: Int32, _ requests: [String: Int]) -> Bool
    let group: (_ pid: Int32) -> ProcessGroup

    static func hostd(services: Int, interval: String?, child: String) -> FootprintSubject {
        let probed = interval.map { "probed by http every \($0)" } ?? "not probed"
        return FootprintSubject(
            title: "hostd with \(services) service\(services == 1 ? "" : "s"), \(probed)",
            program: BenchPrograms.built("hostd"),
            prepare: { folder, port throws(SystemError) in
                var configuration = "[host]\nlauncher = \"direct\"\n"
                for number in 1...services {
                    configuration += "[service.child-\(number)]\ncommand = [\"\(child)\", \"--quiet\"]\n"
                    if let interval {
                        let url = "http://127.0.0.1:\(port)/\(number)"
                        configuration += "live = { http = \"\(url)\", interval = \"\(interval)\" }\n"
                    }
                }
                try Files.replace(folder + "/hostd.toml", with: configuration.utf8)
                return ["--dir", folder]
            },
            isUp: { pid, requests in
                ProcessGroup(hostd: pid).count(of: "hostd-keeper") == services
                    && (interval == nil || requests.count == services)
            },
            group: ProcessGroup.init(hostd:))
    }

    static func supervisord(child: String) -> FootprintSubject {
        FootprintSubject(
            title: "supervisord with 1 program", program: BenchPrograms.installed("supervisord"),
            prepare: { folder, _ throws(SystemError) in
                let configuration = """
                    [supervisord]
                    nodaemon = true
                    logfile = \(folder)/log
                    pidfile = \(folder)/pid
                    childlogdir = \(folder)
                    [program:child]
                    command = \(child) --quiet
                    """
                try Files.replace(folder + "/conf", with: configuration.utf8)
                return ["-c", folder + "/conf"]
            },
            isUp: { pid, _ in !ProcessTable().children(of: pid).isEmpty },
            group: { ProcessGroup(name: "supervisord", pid: $0) })
    }

    /// monit is no parent: it is given its own pid to watch, and the listener to ask.
    static func monit(interval: Int) -> FootprintSubject {
        FootprintSubject(
            title: "monit with 1 process, probed by http every \(interval)s", program: BenchPrograms.installed("monit"),
            prepare: { folder, port throws(SystemError) in
                let configuration = """
                    set daemon \(interval)
                    set pidfile \(folder)/pid
                    set idfile \(folder)/id
                    set statefile \(folder)/state
                    check process child with pidfile \(folder)/pid
                        if failed host 127.0.0.1 port \(port) protocol http request "/monit" then alert

                    """
                try Files.replace(folder + "/conf", with: configuration.utf8)
                return ["-I", "-c", folder + "/conf"]
            },
            isUp: { _, requests in requests["/monit"] != nil },
            group: { ProcessGroup(name: "monit", pid: $0) })
    }
}
