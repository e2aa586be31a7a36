// SPDX-License-Identifier: Apache-2.0

/// The signals of Linux on x86_64 and aarch64, which agree.
enum Signals {
    /// From 1; the names have no number twice.
    private static let names = [
        "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
        "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP",
        "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR",
        "SIGSYS",
    ]

    /// The last number.
    static let last: Int32 = 64
    /// What glibc leaves as SIGRTMIN; it keeps 32 and 33.
    private static let firstRealtime: Int32 = 34

    /// The number of `name`, as "SIGTERM", "TERM" or "SIGRTMIN+3"; nil when there is no such signal.
    static func number(_ name: String) -> Int32? {
        let full = name.hasPrefix("SIG") ? name : "SIG" + name
        if let index = names.firstIndex(of: full) { return Int32(index + 1) }
        guard full.hasPrefix("SIGRTMIN") else { return nil }
        let offset = full.dropFirst("SIGRTMIN".count)
        if offset.isEmpty { return firstRealtime }
        guard offset.hasPrefix("+"), let added = Digits.number(offset.dropFirst(), as: Int32.self),
            (0...last - firstRealtime).contains(added)
        else { return nil }
        return firstRealtime + added
    }

    /// The full name of a signal number.
    static func name(_ number: Int32) -> String {
        if number >= firstRealtime {
            return number == firstRealtime ? "SIGRTMIN" : "SIGRTMIN+\(number - firstRealtime)"
        }
        let index = Int(number) - 1
        return names.indices.contains(index) ? names[index] : "\(number)"
    }

    /// The name that was probably meant.
    static func nearest(to name: String) -> String? {
        let upper = name.uppercased()
        // The part that all names share would make everything look near.
        let short = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        return Suggestion.nearest(to: short, among: names.map { String($0.dropFirst(3)) }).map { "SIG" + $0 }
    }
}

extension ValueType<Int32> {
    /// A signal by name or by number.
    static let signal = ValueType(
        "signal", hint: "a signal, like \"SIGTERM\"",
        read: { node, checking in
            if case .integer(let integer) = node.value {
                if let number = Int32(exactly: integer), (1...Signals.last).contains(number) { return number }
                checking.report("\(integer) is no signal (1 to \(Signals.last))", at: node.place)
                return nil
            }
            guard let text = node.string(hint: "a signal, like \"SIGTERM\"", &checking) else { return nil }
            if let number = Signals.number(text) { return number }
            let right = Signals.nearest(to: text).map { "did you mean \"\($0)\"?" } ?? "write one like \"SIGTERM\""
            checking.report("\(quoted(text)) is no signal (\(right))", at: node.place)
            return nil
        }, show: { quoted(Signals.name($0)) })
}
