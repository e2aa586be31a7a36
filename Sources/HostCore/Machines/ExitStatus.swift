// SPDX-License-Identifier: Apache-2.0

/// How the main process of an instance ended.
public enum ExitStatus: Hashable, Sendable {
    /// It exited with this code.
    case code(Int32)
    /// A signal ended it.
    case signal(Int32)
    /// It never ran: what failed between clone and exec, with path and error ("cannot exec /x: No such file").
    case failedToStart(String)
    /// Nobody saw it end: its keeper was killed.
    case unknown

    /// "exit 1", "killed by SIGKILL", "cannot exec …", "end not seen (its keeper was killed)".
    public var text: String {
        switch self {
        case .code(let code): "exit \(code)"
        case .signal(let number): "killed by \(SignalName.text(number))"
        case .failedToStart(let why): why
        case .unknown: "end not seen (its keeper was killed)"
        }
    }
}

/// All that is known of the end of one instance.
public struct ExitReport: Hashable, Sendable {
    /// How the main process ended.
    public var status: ExitStatus
    /// How long it ran.
    public var ran: Duration
    /// Wall time of the end, milliseconds since 1970.
    public var wallMilliseconds: Int64
    /// What else is known of it: "out of memory, limits.memory is 4 GiB".
    public var note: String?

    /// An end by `status` after `ran`.
    public init(status: ExitStatus, ran: Duration, wallMilliseconds: Int64) {
        self.status = status
        self.ran = ran
        self.wallMilliseconds = wallMilliseconds
    }

    /// "exit 1 after 400 ms"; what never ran has no time.
    public var text: String {
        if case .failedToStart(let why) = status { return why }
        return "\(status.text) after \(ran.text)" + (note.map { " (\($0))" } ?? "")
    }
}

/// Names of the signals that end or steer services (numbers of x86_64 and aarch64 Linux).
public enum SignalName {
    private static let names: [Int32: String] = [
        1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE",
        9: "SIGKILL", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
        17: "SIGCHLD", 18: "SIGCONT", 19: "SIGSTOP", 20: "SIGTSTP", 21: "SIGTTIN", 22: "SIGTTOU", 23: "SIGURG",
        24: "SIGXCPU", 25: "SIGXFSZ", 26: "SIGVTALRM", 27: "SIGPROF", 28: "SIGWINCH", 29: "SIGIO", 30: "SIGPWR",
        31: "SIGSYS",
    ]

    /// All that have a name, by number.
    public static var all: [String] { names.sorted { $0.key < $1.key }.map(\.value) }

    /// `SIGTERM` for 15; `signal 40` for one without a name.
    public static func text(_ number: Int32) -> String { names[number] ?? "signal \(number)" }

    /// 15 for `SIGTERM`, `TERM` or `15`; nil for no signal.
    public static func number(_ text: String) -> Int32? {
        if let number = Int32(text) { return (1...64).contains(number) ? number : nil }
        let full = text.hasPrefix("SIG") ? text : "SIG" + text
        return names.first { $0.value == full }?.key
    }
}
