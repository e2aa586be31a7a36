// SPDX-License-Identifier: Apache-2.0

/// How to find out whether an instance is well.
public struct ProbeSpecification: Hashable, Sendable {
    /// What is asked.
    public enum Target: Hashable, Sendable {
        /// GETs a URL; well when status and body are as expected.
        case http(HTTPQuestion)
        /// Connects to `host`:`port`; well when the connection is accepted.
        case tcp(host: String, port: UInt16)
        /// Connects to the stream socket at this path; well when the connection is accepted.
        case unix(path: String)
        /// Runs a command as the service's user, in its environment; well when it exits 0.
        case exec([String])
        /// Listens for READY=1 on the instance's notify socket.
        case notify
        /// Listens for WATCHDOG=1 on the notify socket, which has to come at least once in each `interval`.
        case heartbeat
        /// Looks for a line in the instance's log that matches a POSIX extended regular expression: startup, ready: one
        /// since its start; live: one since the look before.
        case log(pattern: String)

        /// Nothing is asked: what the instance says of itself is listened to.
        public var isHeard: Bool {
            switch self {
            case .notify, .heartbeat: true
            case .http, .tcp, .unix, .exec, .log: false
            }
        }

        /// Outside of live, what it waits for happens once in the life of an instance.
        public var isOnce: Bool {
            switch self {
            case .notify, .log: true
            case .http, .tcp, .unix, .exec, .heartbeat: false
            }
        }
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

/// A GET and what is to come of it.
public struct HTTPQuestion: Hashable, Sendable {
    /// http:// or https://; a redirect is an answer like any other and is not followed.
    public var url: String
    /// The statuses that are well.
    public var expected: [ClosedRange<Int>]
    /// What the body has to match too: a POSIX extended regular expression.
    public var body: String?
    /// Further headers of the request. Their values may be secrets: they are shown nowhere.
    public var headers: [String: String]

    /// A GET of `url`.
    public init(
        url: String, expected: [ClosedRange<Int>] = [200...299], body: String? = nil, headers: [String: String] = [:]
    ) {
        self.url = url
        self.expected = expected
        self.body = body
        self.headers = headers
    }
}

extension ProbeSpecification.Target {
    /// A GET of `url` that is well when the status is in `expected`.
    public static func http(url: String, expected: ClosedRange<Int>) -> ProbeSpecification.Target {
        .http(HTTPQuestion(url: url, expected: [expected]))
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
