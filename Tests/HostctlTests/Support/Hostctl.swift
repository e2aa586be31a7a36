// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// hostctl, run as a user runs it.
struct Hostctl {
    /// What it left behind.
    struct Result {
        /// Its exit code; 128 + the number of a signal that ended it.
        let code: Int32
        let out: String
        let err: String
    }

    /// What every run finds in its environment, unless a test says otherwise.
    private static let environment = ["TZ": "UTC", "TERM": "xterm", "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]

    /// Runs to the end with stdout and stderr in files, and the file `input` as stdin.
    static func run(
        _ arguments: [String], at standIn: StandIn? = nil, environment: [String: String] = [:],
        input: String = "/dev/null"
    ) throws -> Result {
        let running = try RunningHostctl(arguments, at: standIn, environment: environment, input: input)
        let code = try running.wait()
        return Result(code: code, out: try running.output(), err: try running.errors())
    }

    /// Starts it with `out` and `err` as its stdout and stderr, opened as files where they are paths.
    static func start(
        _ arguments: [String], at standIn: StandIn?, environment extra: [String: String], out: Stream, err: Stream,
        input: String = "/dev/null", program: String = Programs.path("hostctl")
    ) throws -> pid_t {
        var variables = environment
        if let standIn { variables["HOSTD_SOCKET"] = standIn.socket }
        variables.merge(extra) { $1 }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        for (number, stream) in [(Int32(1), out), (2, err)] {
            switch stream {
            case .file(let path):
                posix_spawn_file_actions_addopen(&actions, number, path, O_RDWR | O_CREAT | O_APPEND, 0o600)
            case .descriptor(let raw): posix_spawn_file_actions_adddup2(&actions, raw, number)
            }
        }
        var pid: pid_t = 0
        let code = CStrings.with([program] + arguments) { argv in
            CStrings.with(variables.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&pid, program, &actions, nil, argv, envp)
            }
        }
        guard code == 0 else { throw SystemError(code: code, call: "start", subject: program) }
        return pid
    }

    /// Where output goes.
    enum Stream {
        case file(String)
        case descriptor(Int32)
    }
}

/// A hostctl that runs, killed when nobody waits for it any more.
final class RunningHostctl {
    private let folder: TemporaryFolder
    private let pid: pid_t
    private var code: Int32?

    init(
        _ arguments: [String], at standIn: StandIn?, environment: [String: String] = [:], out: Hostctl.Stream? = nil,
        input: String = "/dev/null", program: String = Programs.path("hostctl")
    ) throws {
        folder = try TemporaryFolder()
        pid = try Hostctl.start(
            arguments, at: standIn, environment: environment, out: out ?? .file(folder.path + "/out"),
            err: .file(folder.path + "/err"), input: input, program: program)
    }

    deinit {
        guard code == nil else { return }
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// What it has written to stdout so far.
    func output() throws -> String { try Files.readText(folder.path + "/out", limit: 64 << 20) }

    /// What it has written to stderr so far.
    func errors() throws -> String { try Files.readText(folder.path + "/err") }

    /// Waits for its end.
    func wait(seconds: Double = 60) throws -> Int32 {
        let ended = try waitFor("the end of hostctl", seconds: seconds) { exitCode() }
        code = ended
        return ended
    }

    private func exitCode() -> Int32? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }
}

/// A shell that runs what one command line of hostctl cannot say.
enum Shell {
    /// Runs `script` with `arguments` as $1, $2, ….
    static func run(_ script: String, _ arguments: [String]) throws -> Hostctl.Result {
        let running = try RunningHostctl(
            ["-c", script, "sh"] + arguments, at: nil, program: "/bin/sh")
        let code = try running.wait()
        return Hostctl.Result(code: code, out: try running.output(), err: try running.errors())
    }
}
