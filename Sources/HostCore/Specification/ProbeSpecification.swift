// SPDX-License-Identifier: Apache-2.0

/// How to find out whether an instance is well.
public struct ProbeSpecification: Hashable, Sendable {
    /// What is asked.
    public enum Target: Hashable, Sendable {
        /// GET `url`; well when the status is in `expected`. http:// and https:// only.
        case http(url: String, expected: ClosedRange<Int>)
        /// Connects to `host`:`port`; well when the connection is accepted.
        case tcp(host: String, port: UInt16)
        /// Runs a command as the service's user, in its environment; well when it exits 0.
        case exec([String])
    }

    /// What is asked.
    public var target: Target
    /// Time from the end of one probe to the start of the next.
    public var interval: Duration
    /// A probe without an answer after this time has failed.
    public var timeout: Duration
    /// So many failures in a row turn the verdict to bad.
    public var failures: Int
    /// So many successes in a row turn the verdict to good.
    public var successes: Int
    /// Time from the start of the instance (live, ready: from the end of its startup) to the first probe.
    public var delay: Duration
    /// Startup probes only: how long the instance may take, counted anew while it reports progress.
    public var deadline: Duration

    /// A probe of `target` with the given pace.
    public init(
        target: Target, interval: Duration, timeout: Duration = .seconds(3), failures: Int = 1, successes: Int = 1,
        delay: Duration = .zero, deadline: Duration = .seconds(300)
    ) {
        self.target = target
        self.interval = interval
        self.timeout = timeout
        self.failures = failures
        self.successes = successes
        self.delay = delay
        self.deadline = deadline
    }
}

/// The three questions that probes answer.
public enum ProbeKind: String, Hashable, Sendable, CaseIterable {
    /// Has it finished starting? Until then the other two are not asked.
    case startup
    /// Must it be restarted?
    case live
    /// Can it take work? Reported only.
    case ready
}
