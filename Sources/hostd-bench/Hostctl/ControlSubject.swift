// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// A supervisor that runs, with the calls that are measured on it. It ends with the last reference to it.
final class ControlSubject {
    /// A command line.
    struct Call {
        let title: String
        let program: String
        let arguments: [String]
        /// Exit codes that are an answer.
        let accepts: [Int32]
    }

    let title: String
    let calls: [Call]
    private let folder: BenchFolder
    private let supervisor: SupervisorProcess

    private static let patience: Duration = .seconds(180)

    private init(
        _ title: String, _ calls: [Call], in folder: BenchFolder, _ program: String, _ arguments: [String],
        isUp: (String) -> Bool
    ) throws {
        self.title = title
        self.calls = calls
        self.folder = folder
        supervisor = try SupervisorProcess(program, arguments, output: folder.path + "/output")
        let end = Clock.now + Self.patience
        let answer = folder.path + "/answer"
        while true {
            let output = try Descriptor(opening: answer, O_WRONLY | O_CREAT | O_TRUNC)
            _ = try BenchProcess(calls[0].program, calls[0].arguments, output: output.raw).finish()
            if isUp((try? Files.readText(answer, limit: 64 << 20)) ?? "") { return }
            guard Clock.now < end, !supervisor.ends(within: .milliseconds(100)) else {
                let words = (try? Files.readText(folder.path + "/output")) ?? ""
                throw BenchError("\(title): was not up in \(Self.patience.text)\n\(words.suffix(1000))")
            }
        }
    }

    deinit {
        supervisor.stop(patience: Self.patience)
    }

    static func hostd(services: Int) throws -> ControlSubject {
        let folder = try BenchFolder()
        let child = BenchPrograms.built("hostd-bench-child")
        var configuration = "[host]\nlauncher = \"direct\"\n"
        for number in 1...services {
            configuration += "[service.child-\(number)]\ncommand = [\"\(child)\", \"--quiet\"]\n"
        }
        try Files.replace(folder.path + "/hostd.toml", with: configuration.utf8)
        let hostctl = { (title: String, arguments: [String]) in
            Call(
                title: title, program: BenchPrograms.built("hostctl"), arguments: arguments + ["--dir", folder.path],
                accepts: [0, 3])
        }
        let calls = [
            hostctl("status", ["status"]), hostctl("status NAME", ["status", "child-1"]),
            hostctl("logs NAME", ["logs", "child-1"]), hostctl("help", ["help"]),
        ]
        return try ControlSubject(
            "hostctl, \(number(services)):", calls, in: folder, BenchPrograms.built("hostd"), ["--dir", folder.path],
            isUp: { $0.contains("services \(services) ready / \(services) all") })
    }

    /// nil where it is not installed.
    static func supervisord(programs: Int) throws -> ControlSubject? {
        guard let supervisord = BenchPrograms.installed("supervisord"),
            let supervisorctl = BenchPrograms.installed("supervisorctl")
        else { return nil }
        let folder = try BenchFolder()
        let configuration = """
            [supervisord]
            nodaemon = true
            minfds = \(programs * 8 + 1024)
            logfile = \(folder.path)/log
            pidfile = \(folder.path)/pid
            childlogdir = \(folder.path)
            [unix_http_server]
            file = \(folder.path)/sock
            [rpcinterface:supervisor]
            supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
            [supervisorctl]
            serverurl = unix://\(folder.path)/sock
            [program:child]
            command = \(BenchPrograms.built("hostd-bench-child")) --quiet
            process_name = child-%(process_num)d
            numprocs = \(programs)
            stdout_logfile = NONE
            stderr_logfile = NONE
            """
        try Files.replace(folder.path + "/conf", with: configuration.utf8)
        let call = Call(
            title: "status", program: supervisorctl, arguments: ["-c", folder.path + "/conf", "status"],
            accepts: [0, 3])
        return try ControlSubject(
            "supervisorctl, \(number(programs)):", [call], in: folder, supervisord, ["-c", folder.path + "/conf"],
            isUp: { $0.split(separator: "\n").count { $0.contains(" RUNNING ") } == programs })
    }

    private static func number(_ services: Int) -> String { services == 1 ? "1 service" : "\(services) services" }
}
