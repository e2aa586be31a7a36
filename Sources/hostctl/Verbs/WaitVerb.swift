// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostctl wait NAME… --for STATE`
enum WaitVerb {
    private static let pauseMilliseconds: Int32 = 100

    static let verb = Verb(
        name: "wait", operands: [.services],
        summary: "wait until services are in a state",
        details: [
            "STATE is one that hostctl status shows. ready, the default, is also what a service without a ready "
                + "probe is once its startup is over; running means that its process runs and its startup is over, "
                + "ready or not; stopped means that it is down and stays so, held or not. Of several services all "
                + "have to get there; a service that is in that state already is not waited for.",
            "Gives up after 90 s, or after --timeout; 0 waits for ever. What is held will not become ready by itself: "
                + "that is said at once. A hostd that is away meanwhile is waited for, too. \(Selector.help)",
            "--json prints one service a line: {\"service\", \"ok\", \"state\", \"reason\"}.",
        ],
        sample: [
            "$ hostctl wait gateway agent",
            "gateway: ready",
            "agent: not ready: held: exit 78 after 0.2 s (hostctl start agent starts it)",
        ],
        options: [.forState],
        examples: [
            .init("hostctl wait gateway --for ready && ./smoke-test", "go on when it takes work"),
            .init("hostctl wait batch --for stopped --timeout 0", "as long as it takes"),
        ],
        exitCodes: [.failed: "a service did not get there in time", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in
            let goal = try WaitGoal(session.request.value(.forState) ?? WaitGoal.usual)
            var client = session.client
            client.patience = min(client.patience, .seconds(10))
            let deadline = Clock.now + session.client.patience
            // Names are checked once: what is configured no more later will not get anywhere.
            let names = try Selection.resolveAll(session.request.words, session).map(\.name)
            return try wait(names, goal, client, session, until: deadline)
        })

    private static func wait(
        _ names: [String], _ goal: WaitGoal, _ client: ControlClient, _ session: Session, until deadline: Instant
    ) throws(Failure) -> ExitCode {
        let progress = ProgressLine(session, of: names)
        var open = names
        var code = ExitCode.fine
        while true {
            let isLate = Clock.now >= deadline
            if let services = try list(client, mayBeAway: !isLate) {
                open = open.filter { name in
                    let service = services.first { $0.name == name }
                    let verdict = service.map(goal.verdict) ?? .some(false)
                    guard let ok = verdict ?? (isLate ? false : nil) else { return true }
                    progress.clear()
                    say(name, service, ok, goal, session)
                    if !ok { code = .failed }
                    return false
                }
            }
            guard !open.isEmpty else { return code }
            progress.show()
            session.out.pause(milliseconds: pauseMilliseconds)
        }
    }

    private static func list(_ client: ControlClient, mayBeAway: Bool) throws(Failure) -> [ServiceBrief]? {
        do throws(Failure) {
            return try Selection.list(client)
        } catch {
            guard mayBeAway, error.code == .unreachable else { throw error }
            return nil
        }
    }

    private static func say(
        _ name: String, _ service: ServiceBrief?, _ ok: Bool, _ goal: WaitGoal, _ session: Session
    ) {
        if session.wantsJSON {
            let json: JSON = [
                "service": .string(name), "ok": .bool(ok), "state": JSON(service?.state),
                "reason": JSON(service?.reason),
            ]
            return session.out.json(json.bytes)
        }
        let shown = CleanText.of(name)
        guard let service else { return session.sayError("\(shown): not \(goal.word): it is configured no more") }
        if ok { return session.out.line("\(shown): \(CleanText.of(service.state))") }
        let hint = service.state == StateLook.held.rawValue ? " (hostctl start \(shown) starts it)" : ""
        session.sayError(
            "\(shown): not \(goal.word): \(CleanText.of(service.state)): \(CleanText.of(service.reason))\(hint)")
    }
}

/// What is waited for.
struct WaitGoal {
    static let usual = "ready"

    /// As it was written.
    let word: String
    private let states: Set<StateLook>

    init(_ word: String) throws(Failure) {
        guard let look = StateLook(rawValue: word) else {
            let words = StateLook.allCases.map(\.rawValue)
            let hint = Nearest.to(word, among: words).map { "did you mean \($0)?" } ?? words.joined(separator: ", ")
            throw .usage("--for: \"\(CleanText.of(word))\" is no state (\(hint))")
        }
        self.word = word
        states =
            switch look {
            case .running: [.running, .ready, .unhealthy]
            case .stopped: [.stopped, .held]
            default: [look]
            }
    }

    /// Whether a service is there (true), cannot get there by itself (false), or may yet (nil).
    func verdict(_ service: ServiceBrief) -> Bool? {
        guard let look = StateLook(rawValue: service.state) else { return nil }
        if states.contains(look) { return true }
        return look == .held ? false : nil
    }
}
