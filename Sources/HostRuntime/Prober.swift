// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// What a probe needs to know of the instance that it asks about.
struct ProbeContext {
    let instance: InstanceID
    let launch: LaunchSpecification
    let identity: ChildIdentity?
    let log: LogContext
    /// The Node that it runs on, where it is pinned to one.
    let node: NodePinned?
}

/// Asks the questions of all probes, on the loop.
final class Prober {
    /// Called once, when the first HTTP probe has loaded what it needs.
    var onFirstFetch: (() -> Void)?
    private static let patternLimit = 1000

    private let loop: EventLoop
    /// Alerts are delivered by it too.
    let fetcher: Fetcher
    /// Looks names up for everybody who probes: its threads are few.
    let lookups: Resolver
    private let logs: LogProber
    private let files: Worker
    private let keeper: String
    /// The patterns of the configuration, compiled when they are first used.
    private var patterns: [String: RegularExpression] = [:]

    /// `files` is the lane for what a command needs; `keeper` the program that holds commands.
    init(loop: EventLoop, files: Worker, keeper: String) {
        self.loop = loop
        self.files = files
        self.keeper = keeper
        lookups = Resolver(loop: loop)
        logs = LogProber(loop: loop, files: files)
        fetcher = Fetcher(loop: loop, lookups: lookups)
        fetcher.onFirstUse = { [weak self] in self?.onFirstFetch?() }
    }

    /// Asks; `then` is called once.
    func ask(_ probe: ProbeSpecification, _ context: ProbeContext, then: @escaping (ProbeAnswer) -> Void) {
        let then = { (answer: ProbeAnswer) in then(Self.blameless(answer)) }
        switch probe.target {
        case .http(let question): askByFetch(question, probe.timeout, then: then)
        case .tcp(let host, let port):
            TcpProbe.run(loop: loop, lookups: lookups, host: host, port: port, timeout: probe.timeout) {
                then(ProbeAnswer(connection: $0, took: $1))
            }
        case .unix(let path):
            UnixProbe.run(loop: loop, path: path, timeout: probe.timeout) {
                then(ProbeAnswer(connection: $0, took: $1))
            }
        case .exec(let command): askByCommand(command, probe.timeout, context, then: then)
        case .log(let pattern): logs.ask(pattern, probe.timeout, context.log, then: then)
        case .notify, .heartbeat: loop.later { then(.unasked("what it says is listened to")) }
        }
    }

    /// POSTs to `url` without a body; nil when the status is 200 to 299, else what went wrong.
    func post(_ url: String, timeout: Duration, then: @escaping (String?) -> Void) {
        let question = HTTPQuestion(url: url)
        fetcher.post(url, timeout: timeout) { result in
            let answer = HTTPAnswer.judge(result, question, nil)
            then(answer.ok ? nil : answer.seen)
        }
    }

    /// A hostd that cannot open anything more has learned nothing of the service, whatever went wrong on the way.
    private static func blameless(_ answer: ProbeAnswer) -> ProbeAnswer {
        guard !answer.ok, answer.isVerdict, let why = ProcessLimits.whyNothingOpens else { return answer }
        return .unasked("hostd cannot ask: \(why)", took: answer.took)
    }

    private func askByFetch(_ question: HTTPQuestion, _ timeout: Duration, then: @escaping (ProbeAnswer) -> Void) {
        let limit = question.body == nil ? HTTPAnswer.excerptBytes : HTTPAnswer.bodyLimitBytes
        let pattern = question.body.flatMap { compiled($0) }
        fetcher.get(question.url, headers: question.headers, timeout: timeout, bodyLimit: limit) {
            then(HTTPAnswer.judge($0, question, pattern))
        }
    }

    /// The configuration has checked it.
    private func compiled(_ text: String) -> RegularExpression? {
        if let known = patterns[text] { return known }
        // Those of earlier configurations are not kept for ever.
        if patterns.count >= Self.patternLimit { patterns = [:] }
        let pattern = try? RegularExpression(text)
        patterns[text] = pattern
        return pattern
    }

    private func askByCommand(
        _ command: [String], _ timeout: Duration, _ context: ProbeContext, then: @escaping (ProbeAnswer) -> Void
    ) {
        let began = loop.now
        let prepare = { @Sendable () -> Result<PreparedLaunch, LaunchError> in
            Result { () throws(LaunchError) in
                try PreparedLaunch(context.instance, context.launch, known: context.identity, node: context.node)
            }
        }
        if context.identity != nil, PreparedLaunch.isQuick(context.launch) {
            return run(command, timeout, context, prepare(), began, then: then)
        }
        files.submit(deadline: timeout, prepare) { [weak self] outcome in
            guard case .done(let prepared) = outcome else {
                return then(.unasked("its user or env_file was not found in time", took: timeout))
            }
            self?.run(command, timeout, context, prepared, began, then: then)
        }
    }

    private func run(
        _ command: [String], _ timeout: Duration, _ context: ProbeContext,
        _ prepared: Result<PreparedLaunch, LaunchError>, _ began: Instant, then: @escaping (ProbeAnswer) -> Void
    ) {
        do throws(LaunchError) {
            let loop = self.loop
            ExecProbe.run(
                loop: loop, keeper: keeper, command: command, context.launch, try prepared.get(), timeout: timeout
            ) {
                then(ProbeAnswer(command: $0, timeout, took: loop.now - began))
            }
        } catch {
            then(ProbeAnswer(ok: false, seen: error.description, took: loop.now - began))
        }
    }
}
