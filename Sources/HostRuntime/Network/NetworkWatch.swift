// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLinux
internal import HostLoop

/// Asks the network what the guard wants to know. Without a probe in the configuration it sends nothing at all.
final class NetworkWatch {
    /// What there is to say may have changed.
    var changed: (() -> Void)?

    private(set) var machine: NetworkGuard
    /// The last hours of each target, in milliseconds and percent.
    private(set) var series: [String: Series] = [:]

    struct Series {
        var rtt = SampleSeries()
        var loss = SampleSeries()
    }

    /// A question that is planned, or open.
    private final class Question {
        var timer: TimerSource?
        var due: Instant = .zero
        var isFresh = true
        /// Answers to earlier ones do not count.
        var number: UInt64 = 0
        /// Those of the target's host, as they were found last.
        var addresses: [SocketAddress]?
    }

    /// Who comes so much too late to a timer has not looked at the line, but at himself.
    private static let late: Duration = .milliseconds(20)
    private static let readDeadline: Duration = .seconds(5)

    private let loop: EventLoop
    private let files: Worker
    private let lookups: Resolver
    private let fetcher: Fetcher
    private var questions: [String: Question] = [:]
    private var isLooking = false

    /// A watch that asks nothing yet; `lookups` finds names, and `files` reads what may block.
    init(loop: EventLoop, files: Worker, lookups: Resolver) {
        self.loop = loop
        self.files = files
        self.lookups = lookups
        fetcher = Fetcher(loop: loop, lookups: lookups)
        var generator = SystemRandomNumberGenerator()
        machine = NetworkGuard(seed: generator.next())
    }

    /// Asks these from now on, and nothing else.
    func configure(_ probes: [NetworkProbeSpecification]) {
        guard probes != machine.targets.map(\.specification) else { return }
        let kept = Set(machine.targets.map(\.specification)).intersection(probes).map(\.name)
        questions = questions.filter { kept.contains($0.key) }
        series = series.filter { kept.contains($0.key) }
        feed(.configured(probes))
    }

    /// The last hours by the kind of figure and the name of the target: "rtt openrouter".
    var points: [String: [SampleSeries.Point]] {
        var points: [String: [SampleSeries.Point]] = [:]
        for (name, hours) in series {
            points["rtt \(name)"] = hours.rtt.points
            points["loss \(name)"] = hours.loss.points
        }
        return points
    }

    /// Goes on from what was seen before of the targets that there are.
    func recall(_ points: [String: [SampleSeries.Point]]) {
        for name in machine.targets.map(\.specification.name) {
            var hours = series[name] ?? Series()
            hours.rtt.goOn(from: points["rtt \(name)"] ?? [])
            hours.loss.goOn(from: points["loss \(name)"] ?? [])
            series[name] = hours
        }
    }

    private func feed(_ event: NetworkGuard.Event) {
        for effect in machine.handle(event, at: loop.now) {
            switch effect {
            case .ask(let name, let isFresh, let at): plan(name, isFresh: isFresh, at: at)
            case .lookAtLink: lookAtLink()
            case .changed: changed?()
            }
        }
    }

    /// What the services' own connections have sent since the last look, and sent again.
    func take(sent: UInt64, again: UInt64) { feed(.segments(sent: sent, again: again)) }

    private func plan(_ name: String, isFresh: Bool, at instant: Instant) {
        let question = questions[name] ?? Question()
        questions[name] = question
        question.due = instant
        question.isFresh = isFresh
        if question.timer == nil { question.timer = try? loop.timer { [weak self] in self?.ask(name) } }
        question.timer?.arm(at: instant)
    }

    private func ask(_ name: String) {
        guard let question = questions[name],
            let probe = machine.targets.first(where: { $0.specification.name == name })?.specification
        else { return }
        question.number &+= 1
        let number = question.number
        let began = Beginning(loop, wasLate: loop.now - question.due > Self.late)
        let then = { [weak self] (sample: NetworkSample) in
            guard let self, let open = self.questions[name], open === question, open.number == number else { return }
            self.take(began.judged(sample, probe.timeout), of: name)
        }
        switch probe.target {
        case .http(let url, let expected):
            fetcher.sample(
                url, expected: expected, isFresh: question.isFresh, addresses: question.addresses,
                timeout: probe.timeout
            ) { sample, addresses in
                question.addresses = addresses
                then(sample)
            }
        case .tcp(let host, let port):
            TcpProbe.sample(
                loop: loop, lookups: lookups, host: host, port: port, timeout: probe.timeout, then: then)
        case .dns(let wanted, let server): askName(wanted, server, probe.timeout, then: then)
        }
    }

    private func askName(
        _ name: String, _ server: String?, _ timeout: Duration, then: @escaping (NetworkSample) -> Void
    ) {
        let loop = loop
        if let address = server.flatMap(SocketAddress.endpoint) {
            return NameQuery.run(loop: loop, name: name, server: address, timeout: timeout, then: then)
        }
        files.submit(deadline: Self.readDeadline) {
            WayOut.nameServer()
        } then: { (outcome: WorkOutcome<SocketAddress?>) in
            guard case .done(let found) = outcome else {
                // A disk that hangs says nothing of the network.
                return then(NetworkSample(.failed(.name, "resolv.conf was not read in time"), isLate: true))
            }
            guard let found else { return then(NetworkSample(.failed(.name, "resolv.conf names no server"))) }
            NameQuery.run(loop: loop, name: name, server: found, timeout: timeout, then: then)
        }
    }

    private func take(_ sample: NetworkSample, of name: String) {
        if !sample.isLate { note(sample, of: name) }
        feed(.sampled(name, sample))
    }

    private func note(_ sample: NetworkSample, of name: String) {
        var hours = series[name] ?? Series()
        if case .answered(let took) = sample.outcome {
            hours.rtt.note(took.seconds * 1000, at: loop.now)
            hours.loss.note(0, at: loop.now)
        } else {
            hours.loss.note(100, at: loop.now)
        }
        series[name] = hours
    }

    /// A few small files of the kernel's, read beside the loop all the same.
    private func lookAtLink() {
        guard !isLooking else { return }
        isLooking = true
        files.submit(deadline: Self.readDeadline) {
            WayOut.read()
        } then: { [weak self] (outcome: WorkOutcome<NetworkLink>) in
            self?.isLooking = false
            if case .done(let link) = outcome { self?.feed(.link(link)) }
        }
    }

    /// How the loop stood when a question was asked.
    private struct Beginning {
        private let loop: EventLoop
        private let lag: LoopLag
        private let wasLate: Bool

        init(_ loop: EventLoop, wasLate: Bool) {
            self.loop = loop
            self.wasLate = wasLate
            lag = loop.lag
        }

        /// Marks a sample that may be hostd's own doing: an answer is late when the loop was held up meanwhile; a
        /// silence only when it was held up for a good part of the timeout.
        func judged(_ sample: NetworkSample, _ timeout: Duration) -> NetworkSample {
            var sample = sample
            switch sample.outcome {
            case .answered:
                sample.isLate = sample.isLate || wasLate || loop.lag.countOfLate > lag.countOfLate
            case .failed(.silent, _), .failed(.name, _):
                sample.isLate = sample.isLate || loop.lag.sum - lag.sum > timeout / 4
            case .failed: break
            }
            return sample
        }
    }
}

nonisolated extension LoopLag {
    /// So many timers were late by more than 20 ms.
    fileprivate var countOfLate: UInt64 {
        let first = Self.bounds.firstIndex { $0 > .milliseconds(20) } ?? counts.count
        return counts[first...].reduce(0, +)
    }
}

nonisolated extension SocketAddress {
    /// The address that "192.0.2.53:53" or "[2001:db8::53]:53" is.
    fileprivate static func endpoint(_ text: String) -> SocketAddress? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        return literals(host: String(text[..<colon]), port: port)?.first
    }
}
