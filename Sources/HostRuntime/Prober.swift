// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// What an exec probe needs to know of the instance that it asks about.
struct ProbeContext {
    let instance: InstanceID
    let launch: LaunchSpecification
    let identity: ChildIdentity?
}

/// Asks the questions of all probes, on the loop.
final class Prober {
    /// Called once, when the first HTTP probe has loaded what it needs.
    var onFirstFetch: (() -> Void)?
    private let loop: EventLoop
    private let fetcher: Fetcher
    private let lookups: Resolver
    private let files: Worker
    private let keeper: String

    /// `files` is the lane for what a command needs; `keeper` the program that holds commands.
    init(loop: EventLoop, files: Worker, keeper: String) {
        self.loop = loop
        self.files = files
        self.keeper = keeper
        lookups = Resolver(loop: loop)
        fetcher = Fetcher(loop: loop, lookups: lookups)
        fetcher.onFirstUse = { [weak self] in self?.onFirstFetch?() }
    }

    /// Asks; `then` is called once.
    func ask(_ probe: ProbeSpecification, _ context: ProbeContext, then: @escaping (ProbeAnswer) -> Void) {
        switch probe.target {
        case .http(let url, let expected):
            fetcher.get(url, timeout: probe.timeout) { then(Self.answer($0, expected)) }
        case .tcp(let host, let port):
            TcpProbe.run(loop: loop, lookups: lookups, host: host, port: port, timeout: probe.timeout) {
                failure, took in
                let seen = failure ?? "accepted in \(took.text)"
                then(ProbeAnswer(ok: failure == nil, seen: seen, took: took))
            }
        case .exec(let command): askByCommand(command, probe.timeout, context, then: then)
        }
    }

    private static func answer(_ result: FetchResult, _ expected: ClosedRange<Int>) -> ProbeAnswer {
        switch result {
        case .failure(let why, let took): return ProbeAnswer(ok: false, seen: why, took: took)
        case .answer(let status, let body, let took):
            let ok = expected.contains(status)
            let seen = "\(status) in \(took.text)" + (ok ? "" : excerpt(of: body))
            return ProbeAnswer(ok: ok, seen: seen, took: took, digest: digest(status, body))
        }
    }

    /// What a bad answer says of itself, on one line.
    private static func excerpt(of body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(160), as: UTF8.self)
        let line = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return line.isEmpty ? "" : ": \(line)"
    }

    /// FNV-1a, never 0: another answer of a starting program is progress.
    private static func digest(_ status: Int, _ body: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in [UInt8(truncatingIfNeeded: status)] + body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return max(hash, 1)
    }

    private func askByCommand(
        _ command: [String], _ timeout: Duration, _ context: ProbeContext, then: @escaping (ProbeAnswer) -> Void
    ) {
        let began = loop.now
        let prepare = { @Sendable () -> Result<PreparedLaunch, LaunchError> in
            Result { () throws(LaunchError) in
                try PreparedLaunch(context.instance, context.launch, known: context.identity)
            }
        }
        if context.identity != nil, PreparedLaunch.isQuick(context.launch) {
            return run(command, timeout, context, prepare(), began, then: then)
        }
        files.submit(deadline: timeout, prepare) { [weak self] outcome in
            guard case .done(let prepared) = outcome else {
                return then(ProbeAnswer(ok: false, seen: "its user or env_file was not found in time", took: timeout))
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
            ) { result in
                then(Self.answer(result, timeout, took: loop.now - began))
            }
        } catch {
            then(ProbeAnswer(ok: false, seen: error.description, took: loop.now - began))
        }
    }

    private static func answer(_ result: ExecProbe.Result, _ timeout: Duration, took: Duration) -> ProbeAnswer {
        switch result {
        case .failed(let why): return ProbeAnswer(ok: false, seen: why, took: took)
        case .ended(0, _): return ProbeAnswer(ok: true, seen: "exit 0 in \(took.text)", took: took)
        case .ended(let status, let line):
            let end =
                switch status {
                case 124: "no end in \(timeout.text)"
                case 129...192: "killed by \(SignalName.text(status - 128))"
                default: "exit \(status)"
                }
            return ProbeAnswer(ok: false, seen: line.isEmpty ? end : "\(end): \(line)", took: took)
        }
    }
}
