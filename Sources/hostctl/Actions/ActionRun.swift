// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// Has something done to services, and says of each how it ended.
///
/// hostd knows the order of several, and who takes turns with whom: what it can do to many is one request. The rest
/// goes one after the other, in the order in which they start.
struct ActionRun {
    private let action: String
    private let session: Session
    private let isWaiting: Bool
    private var query: [(key: String, value: String?)] = []
    private var code = ExitCode.fine

    /// What help says of the JSON of all actions.
    static let jsonHelp =
        "--json prints one outcome a line: {\"service\", \"action\", \"ok\", \"state\", \"reason\", \"pid\", "
        + "\"duration_ms\"}."

    private static let together = ["start", "stop", "restart", "reset"]
    /// Instances that take turns are waited for no longer than this, all of them.
    private static let longestPatience: Duration = .seconds(3600)

    /// Does `action` to the services that `words` name. `query` goes with each request.
    static func run(
        _ action: String, _ session: Session, on words: [String]? = nil, query: [(key: String, value: String?)] = []
    ) throws(Failure) -> ExitCode {
        var run = ActionRun(
            action: action, session: session, isWaiting: !session.request.has(.noWait), query: query)
        let words = words ?? session.request.words
        // Of those that take turns it has to be known how many there are: each gets its time.
        if action != "restart", words.count == 1, case .name(let name) = Selector(words[0]) {
            do throws(Failure) {
                try run.carryOut(on: name)
                return run.code
            } catch {
                // hostd may not know a family by its name: then all of its instances are meant.
                guard error.code == .noSuchName else { throw error }
                let known = try Selection.list(session.client).filter { $0.family == name }
                guard let first = known.first else { throw error }
                if first.name == name { throw session.client.tooOld(error, for: action) }
            }
        }
        let selection = try Selection.resolve(words, session)
        for failure in selection.failures { session.complain(failure.text) }
        let services = selection.services.inStartOrder()
        if services.count > 1, together.contains(action) {
            try run.carryOutTogether(on: services.map(\.name))
        } else {
            for service in services { try run.carryOut(on: service.name) }
        }
        return run.code == .fine && !selection.failures.isEmpty ? .noSuchName : run.code
    }

    private mutating func carryOut(on name: String) throws(Failure) {
        let progress = ProgressLine(session, of: [name])
        let target = Target.action(action, name, wait: isWaiting, query)
        let answer = try session.client.post(target) { progress.show() }
        progress.clear()
        guard let answer else { return try sayWhatTakesLonger([name], waited: session.client.patience) }
        // Of a family there may be several.
        if answer.json["outcomes"] != nil { return try say(answer) }
        let outcome = try session.client.read(answer.json, as: ActionOutcome.init(json:))
        say(outcome, answer.bytes)
    }

    private mutating func carryOutTogether(on names: [String]) throws(Failure) {
        let progress = ProgressLine(session, of: names)
        let wish = ActionRequest(action: action, names: names, wait: isWaiting)
        var client = session.client
        if action == "restart", !session.request.has(.timeout) {
            client.patience = min(client.patience * names.count, Self.longestPatience)
        }
        let answer = try client.post(.services, body: wish.json.bytes) { progress.show() }
        progress.clear()
        guard let answer else { return try sayWhatTakesLonger(names, waited: client.patience) }
        try say(answer)
    }

    private mutating func say(_ answer: ControlClient.Answer) throws(Failure) {
        let list = try session.client.read(answer.json, as: ActionOutcomeList.init(json:))
        for outcome in list.outcomes { say(outcome, outcome.json.bytes) }
    }

    private mutating func say(_ outcome: ActionOutcome, _ bytes: [UInt8]) {
        if !outcome.ok { code = .failed }
        let text = OutcomeText(outcome: outcome, isWaiting: isWaiting)
        if session.wantsJSON {
            session.out.json(bytes)
        } else if outcome.ok {
            session.out.line(text.line)
        } else {
            session.sayError(text.line)
        }
        session.out.flush()
    }

    private mutating func sayWhatTakesLonger(_ names: [String], waited patience: Duration) throws(Failure) {
        code = .failed
        var client = session.client
        client.patience = .seconds(5)
        let waited = TimeText.took(milliseconds: patience.seconds * 1000)
        if let name = names.first, names.count == 1 {
            let service = try client.get(.service(name), as: ServiceStatus.init(json:))
            return session.sayError(
                "\(name): still \(how(service.state, waited, service.reason)) (hostd goes on; hostctl status \(name) "
                    + "says how far it is, --timeout waits longer)")
        }
        for service in try Selection.list(client) where names.contains(service.name) {
            session.sayError("\(service.name): \(how(service.state, waited, service.reason))")
        }
        session.complain("not waited any longer (hostd goes on; --timeout waits longer)")
    }

    private func how(_ state: String, _ waited: String, _ reason: String) -> String {
        "\(CleanText.of(state)) after \(waited)\(reason.isEmpty ? "" : ": \(CleanText.of(reason))")"
    }
}
