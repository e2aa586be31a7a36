// SPDX-License-Identifier: Apache-2.0

/// How snapshots write what they are made of.
extension FieldText {
    mutating func set(_ flag: Bool, _ key: String) {
        self[key] = flag ? "1" : "0"
    }

    func flag(_ key: String) -> Bool {
        self[key] == "1"
    }

    mutating func set(_ probe: ProbeMachine?, _ prefix: String) {
        guard let probe else { return }
        self[prefix + "_verdict"] = probe.verdict.rawValue
        self[prefix + "_failures"] = "\(probe.failuresInRow)"
        self[prefix + "_successes"] = "\(probe.successesInRow)"
        if let triggers = probe.triggers, triggers > 0 { self[prefix + "_triggers"] = "\(triggers)" }
    }

    /// A probe that goes on from its counts, its next question at once where it asks one.
    func probe(_ specification: ProbeSpecification, _ kind: ProbeKind, at now: Instant) -> ProbeMachine {
        let prefix = kind.rawValue
        return ProbeMachine(
            specification, start: now, settles: kind == .ready && specification.target.isOnce,
            verdict: self[prefix + "_verdict"].flatMap { ProbeMachine.Verdict(rawValue: $0) } ?? .unknown,
            failuresInRow: integer(prefix + "_failures") ?? 0, successesInRow: integer(prefix + "_successes") ?? 0,
            triggers: integer(prefix + "_triggers") ?? 0)
    }

    mutating func set(_ instant: Instant?, _ key: String) {
        self[key] = instant.map { "\($0.nanoseconds)" }
    }

    func instant(_ key: String) -> Instant? {
        integer(key).map { Instant(nanoseconds: $0) }
    }

    mutating func set(_ process: ProcessIdentity, startedAt: Instant) {
        self["pid"] = "\(process.pid)"
        self["start"] = "\(process.startTicks)"
        set(startedAt, "started_at")
    }

    /// The process that the fields `pid` and `start` name, as records and snapshots write them.
    public var process: ProcessIdentity? {
        guard let pid: Int32 = integer("pid"), let ticks: UInt64 = integer("start") else { return nil }
        return ProcessIdentity(pid: pid, startTicks: ticks)
    }

    mutating func set(_ report: ExitReport, prefix: String) {
        switch report.status {
        case .code(let code): self[prefix + "_code"] = "\(code)"
        case .signal(let number): self[prefix + "_signal"] = "\(number)"
        case .failedToStart(let why): self[prefix + "_failed"] = why
        case .unknown: self[prefix + "_unknown"] = "1"
        }
        self[prefix + "_ran_ns"] = "\(report.ran.nanoseconds)"
        self[prefix + "_wall_ms"] = "\(report.wallMilliseconds)"
    }

    func exitReport(prefix: String) -> ExitReport? {
        guard let ran: Int64 = integer(prefix + "_ran_ns"), let wall: Int64 = integer(prefix + "_wall_ms") else {
            return nil
        }
        let status: ExitStatus
        if let code: Int32 = integer(prefix + "_code") {
            status = .code(code)
        } else if let number: Int32 = integer(prefix + "_signal") {
            status = .signal(number)
        } else if let why = self[prefix + "_failed"] {
            status = .failedToStart(why)
        } else {
            status = .unknown
        }
        return ExitReport(status: status, ran: .nanoseconds(ran), wallMilliseconds: wall)
    }
}

extension ServiceMachine.Roll {
    private static let companion = "queued:with:"
    private static let models = "queued:models:"

    /// As a snapshot writes it; nil for none.
    var text: String? {
        switch self {
        case .none: nil
        case .queued(.person): "queued:person"
        case .queued(.configuration): "queued:configuration"
        case .queued(.companion(let name)): Self.companion + name.text
        case .queued(.models(let what)): Self.models + what
        case .underWay: "under_way"
        case .done: "done"
        }
    }

    /// Reads `text`; none for anything else.
    init(_ text: String?) {
        switch text {
        case "queued:person": self = .queued(.person)
        case "queued:configuration": self = .queued(.configuration)
        case "under_way": self = .underWay
        case "done": self = .done
        case let text? where text.hasPrefix(Self.models):
            self = .queued(.models(String(text.dropFirst(Self.models.count))))
        case let text?:
            let name = text.hasPrefix(Self.companion) ? ServiceName(String(text.dropFirst(Self.companion.count))) : nil
            self = name.map { .queued(.companion($0)) } ?? .none
        case nil: self = .none
        }
    }
}
