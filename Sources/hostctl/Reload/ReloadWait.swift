// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Waits until the services that a reload touches have got where they are to be.
struct ReloadWait {
    /// What became of one service.
    enum Outcome: Equatable {
        case there
        case failed
        case underWay
    }

    private static let pauseMilliseconds: Int32 = 100

    private let session: Session
    private let changes: [ReloadAnswer.Change]
    /// The instances that ran before: a restart is done when another one is ready.
    private let before: [String: String]

    /// Waits for `changes`; `before` are the services as they were.
    init(_ session: Session, _ changes: [ReloadAnswer.Change], before: [ServiceBrief]) {
        self.session = session
        self.changes = changes.filter { $0.action != "apply" }
        self.before = Dictionary(before.map { ($0.name, $0.instance ?? "") }) { first, _ in first }
    }

    /// Says how each ends; false when one does not get there.
    func run() throws(Failure) -> Bool {
        guard !changes.isEmpty else { return true }
        let start = Clock.now
        let progress = ProgressLine(session, of: changes.map(\.service))
        var open = changes
        var isWell = true
        while !open.isEmpty {
            let list = try Selection.list(session.client)
            let services = Dictionary(list.map { ($0.name, $0) }) { first, _ in first }
            let isLate = Clock.now - start >= session.client.patience
            var left: [ReloadAnswer.Change] = []
            for change in open {
                let service = services[change.service]
                let outcome = outcome(change, service)
                guard outcome != .underWay || isLate else {
                    left.append(change)
                    continue
                }
                progress.clear()
                isWell = isWell && outcome == .there
                say(change, service, outcome)
            }
            open = left
            if open.isEmpty { break }
            progress.show()
            session.out.pause(milliseconds: Self.pauseMilliseconds)
        }
        progress.clear()
        return isWell
    }

    func outcome(_ change: ReloadAnswer.Change, _ service: ServiceBrief?) -> Outcome {
        guard let service else { return change.action == "stop" ? .there : .underWay }
        switch StateLook(rawValue: service.state) {
        case .stopped, .held: return change.action == "stop" ? .there : .failed
        case .backoff, .looping: return change.action == "stop" ? .underWay : .failed
        case .ready:
            if change.action == "stop" { return .underWay }
            return change.action == "restart" && service.instance == before[service.name] ? .underWay : .there
        default: return .underWay
        }
    }

    private func say(_ change: ReloadAnswer.Change, _ service: ServiceBrief?, _ outcome: Outcome) {
        guard !session.wantsJSON else { return }
        let name = CleanText.of(change.service)
        let state = service.map { CleanText.of($0.state) } ?? "gone"
        let reason = service.map { CleanText.of($0.reason) } ?? ""
        switch outcome {
        case .there: session.out.line("\(name): \(state)")
        case .failed: session.sayError("\(name): failed: \(state): \(reason)")
        case .underWay:
            let waited = TimeText.took(milliseconds: session.client.patience.seconds * 1000)
            session.sayError(
                "\(name): still \(state) after \(waited): \(reason) (hostd goes on; --timeout waits longer)")
        }
        session.out.flush()
    }
}
