// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A probe while its keys are read.
struct ProbeDraft: Hashable, Sendable {
    enum Target: Hashable, Sendable {
        case http(String)
        case tcp(Endpoint)
        case unix(String)
        case exec([String])
        case notify
        case heartbeat(Duration)
        case log(String)
    }

    /// The last one given: a later file may ask something else.
    var target: Target?
    // HTTP only.
    var expect: [ClosedRange<Int>]?
    var body: String?
    var headers: [String: String]?
    var interval: Duration
    var timeout: Duration = .seconds(3)
    var failures: Int
    var successes = 1
    var delay: Duration = .zero
    var deadline: Duration = .seconds(300)

    init(interval: Duration, failures: Int) {
        self.interval = interval
        self.failures = failures
    }

    var http: String? {
        get { if case .http(let url) = target { url } else { nil } }
        set { target = newValue.map { .http($0) } }
    }

    var tcp: Endpoint? {
        get { if case .tcp(let endpoint) = target { endpoint } else { nil } }
        set { target = newValue.map { .tcp($0) } }
    }

    var unix: String? {
        get { if case .unix(let path) = target { path } else { nil } }
        set { target = newValue.map { .unix($0) } }
    }

    var exec: [String]? {
        get { if case .exec(let command) = target { command } else { nil } }
        set { target = newValue.map { .exec($0) } }
    }

    /// False, from a later file, takes an earlier `notify = true` back.
    var notify: Bool? {
        get { if case .notify = target { true } else { nil } }
        set {
            if newValue == true {
                target = .notify
            } else if case .notify = target {
                target = nil
            }
        }
    }

    var heartbeat: Duration? {
        get { if case .heartbeat(let every) = target { every } else { nil } }
        set { target = newValue.map { .heartbeat($0) } }
    }

    var log: String? {
        get { if case .log(let pattern) = target { pattern } else { nil } }
        set { target = newValue.map { .log($0) } }
    }

    /// The key that says what is asked.
    var targetKey: String? {
        switch target {
        case .http: "http"
        case .tcp: "tcp"
        case .unix: "unix"
        case .exec: "exec"
        case .notify: "notify"
        case .heartbeat: "heartbeat"
        case .log: "log"
        case nil: nil
        }
    }

    /// The checked probe; nil without a target.
    var specification: ProbeSpecification? {
        guard let checked else { return nil }
        return ProbeSpecification(
            target: checked, interval: heartbeat ?? interval, timeout: timeout, failures: failures,
            successes: successes,
            delay: delay, deadline: deadline)
    }

    private var checked: ProbeSpecification.Target? {
        switch target {
        case .http(let url):
            var question = HTTPQuestion(url: url, body: body, headers: headers ?? [:])
            if let expect { question.expected = expect }
            return .http(question)
        case .tcp(let endpoint): return .tcp(host: endpoint.host, port: endpoint.port)
        case .unix(let path): return .unix(path: path)
        case .exec(let command): return .exec(command)
        case .notify: return .notify
        case .heartbeat: return .heartbeat
        case .log(let pattern): return .log(pattern: pattern)
        case nil: return nil
        }
    }
}
