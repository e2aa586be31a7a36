// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// Brings one message to where its alert goes. Nothing here waits, and everything has an end.
final class AlertDelivery {
    /// What came of it.
    enum Outcome: Equatable {
        case delivered
        /// Why; `isRefused`: the other side got it and does not want it.
        case failed(String, isRefused: Bool)
    }

    private static let timeout: Duration = .seconds(15)
    private static let commandTimeout: Duration = .seconds(30)
    private static let excerptBytes = 120

    private let loop: EventLoop
    private let files: Worker
    private let fetcher: Fetcher
    private let keeper: String

    init(loop: EventLoop, files: Worker, fetcher: Fetcher, keeper: String) {
        self.loop = loop
        self.files = files
        self.fetcher = fetcher
        self.keeper = keeper
    }

    /// Delivers; `then` is called once, never before this returns.
    func deliver(
        _ message: AlertMessage, to target: AlertSpecification.Target, host: String,
        then: @escaping (Outcome) -> Void
    ) {
        switch target {
        case .webhook(let url, let format): post(message, url, format, host, then: then)
        case .mail(let mail): send(message, mail, host, then: then)
        case .exec(let command, let user): run(message, command, user, host, then: then)
        }
    }

    private static func at(_ message: AlertMessage) -> String {
        WallTime(milliseconds: message.occasion.wallMilliseconds).text
    }

    private func post(
        _ message: AlertMessage, _ url: String, _ format: AlertFormat, _ host: String,
        then: @escaping (Outcome) -> Void
    ) {
        let body = format.body(message, host: host, at: Self.at(message))
        fetcher.post(
            url, headers: ["Content-Type": "application/json"], body: Array(body.utf8), timeout: Self.timeout
        ) { result in
            then(Self.judge(result, hiding: url))
        }
    }

    /// What an HTTP answer means. A redirect is not followed: it would take the message to where nobody sent it.
    static func judge(_ result: FetchResult, hiding url: String) -> Outcome {
        switch result {
        case .failure(let why, _): return .failed(hide(url, in: why), isRefused: false)
        case .answer(200...299, _, _): return .delivered
        case .answer(let status, let body, _):
            let text = String(decoding: body.prefix(excerptBytes), as: UTF8.self)
            let line = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
            let isRefused = (300...499).contains(status) && ![408, 425, 429].contains(status)
            return .failed(hide(url, in: line.isEmpty ? "\(status)" : "\(status): \(line)"), isRefused: isRefused)
        }
    }

    /// An answer may repeat what was asked for; the way behind the host is a secret, and so is each part of it.
    private static func hide(_ url: String, in text: String) -> String {
        let path = url.split(separator: "/", maxSplits: 3).last ?? ""
        var result = text
        for part in ([path] + path.split { "/?&=".contains($0) }) where part.utf8.count >= 8 {
            result = result.replacing(part, with: SecretMask.mark)
        }
        return SecretMask().masked(result)
    }

    private func send(
        _ message: AlertMessage, _ mail: AlertMail, _ host: String, then: @escaping (Outcome) -> Void
    ) {
        guard let path = mail.passwordFile else {
            return send(mail.delivery(message, host: host, password: nil), then: then)
        }
        files.submit(deadline: Self.timeout) { () -> Result<String, SystemError> in
            Result { () throws(SystemError) in
                String(try Files.readText(path, limit: 4096).prefix { !$0.isNewline })
            }
        } then: { [weak self] (outcome: WorkOutcome<Result<String, SystemError>>) in
            switch outcome {
            case .done(.success(let password)):
                self?.send(mail.delivery(message, host: host, password: password), then: then)
            case .done(.failure(let error)): then(.failed("password_file: \(error)", isRefused: false))
            case .late, .full: then(.failed("password_file: the disk does not answer", isRefused: false))
            }
        }
    }

    private func send(_ delivery: MailDelivery, then: @escaping (Outcome) -> Void) {
        fetcher.send(delivery, timeout: Self.timeout) { result in
            switch result {
            case .failure(let why, _): then(.failed(why, isRefused: false))
            case .answer(200...299, _, _): then(.delivered)
            case .answer(let status, _, _): then(.failed("the mail server says \(status)", isRefused: status >= 500))
            }
        }
    }

    private func run(
        _ message: AlertMessage, _ command: [String], _ user: String?, _ host: String,
        then: @escaping (Outcome) -> Void
    ) {
        guard let name = ServiceName("hostd-alert") else { return }
        let instance = InstanceID(service: name, launch: message.id)
        let launch = LaunchSpecification(
            command: command, user: user, environment: Self.environment(message, host: host))
        files.submit(deadline: Self.timeout) {
            Result { () throws(LaunchError) in try PreparedLaunch(instance, launch) }
        } then: { [weak self] (outcome: WorkOutcome<Result<PreparedLaunch, LaunchError>>) in
            switch outcome {
            case .done(.success(let prepared)): self?.run(launch, prepared, then: then)
            case .done(.failure(let error)): then(.failed(error.description, isRefused: false))
            case .late, .full: then(.failed("its user was not found in time", isRefused: false))
            }
        }
    }

    private func run(
        _ launch: LaunchSpecification, _ prepared: PreparedLaunch, then: @escaping (Outcome) -> Void
    ) {
        // A keeper gives its child no stdin: the shell hands the message on, and its end is that of the command.
        let feeding = ["/bin/sh", "-c", "printf '%s\\n' \"$HOSTD_ALERT_JSON\" | \"$@\"", "hostd-alert"]
        ExecProbe.run(
            loop: loop, keeper: keeper, command: feeding + launch.command, launch, prepared,
            timeout: Self.commandTimeout
        ) { result in
            switch result {
            case .ended(status: 0, _): then(.delivered)
            case .ended(status: 124, _): then(.failed("no end in \(Self.commandTimeout.text)", isRefused: false))
            case .ended(let status, let line):
                let end = status > 128 ? "killed by \(SignalName.text(status - 128))" : "exit \(status)"
                let text = line.isEmpty ? end : "\(end): \(line.prefix(Self.excerptBytes))"
                then(.failed(SecretMask().masked(text), isRefused: false))
            case .failed(let why): then(.failed(why, isRefused: false))
            }
        }
    }

    private static func environment(_ message: AlertMessage, host: String) -> [String: String] {
        let occasion = message.occasion
        return [
            "HOSTD_ALERT_ID": "\(message.id)", "HOSTD_ALERT_STATUS": message.status.rawValue,
            "HOSTD_ALERT_EVENT": occasion.name, "HOSTD_ALERT_SUBJECT": occasion.subject,
            "HOSTD_ALERT_SEVERITY": occasion.severity.rawValue, "HOSTD_ALERT_TEXT": occasion.text,
            "HOSTD_ALERT_HOST": host, "HOSTD_ALERT_AT": at(message),
            "HOSTD_ALERT_JSON": AlertFormat.json.body(message, host: host, at: at(message)),
        ]
    }
}
