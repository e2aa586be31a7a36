// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// Start, stop and restart: has it done to one service after the other and says how each ended.
struct ActionRun {
    private let action: String
    private let session: Session
    private let isWaiting: Bool

    static func run(_ action: String, _ session: Session) throws(Failure) -> ExitCode {
        let run = ActionRun(action: action, session: session, isWaiting: !session.request.has(.noWait))
        var code = ExitCode.fine
        for name in session.request.words {
            do throws(Failure) {
                if try !run.carryOut(on: name) { code = .failed }
            } catch {
                guard error.code == .noSuchName else { throw error }
                session.complain(error.text)
                if code == .fine { code = error.code }
            }
        }
        return code
    }

    /// Whether it got there.
    private func carryOut(on name: String) throws(Failure) -> Bool {
        let progress = ProgressLine(session, of: name)
        let target = Target.action(action, name, wait: isWaiting)
        let answer = try session.client.post(target) { progress.show() }
        progress.clear()
        guard let answer else { return try sayItTakesLonger(name) }
        let outcome = try session.client.read(answer.json, as: ActionOutcome.init(json:))
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else if outcome.ok {
            session.out.line("\(CleanText.of(outcome.service)): \(isWaiting ? reached(outcome) : accepted(outcome))")
        } else {
            session.sayError("\(CleanText.of(outcome.service)): failed: \(failed(outcome))")
        }
        session.out.flush()
        return outcome.ok
    }

    private func reached(_ outcome: ActionOutcome) -> String {
        var text = CleanText.of(outcome.state)
        if let took = outcome.durationMilliseconds { text += " in \(TimeText.took(milliseconds: took))" }
        if let pid = outcome.pid { text += ", pid \(pid)" }
        return text
    }

    private func accepted(_ outcome: ActionOutcome) -> String {
        "\(action) is under way, now \(CleanText.of(outcome.state))"
    }

    private func failed(_ outcome: ActionOutcome) -> String {
        if outcome.reason.isEmpty { return "it is \(CleanText.of(outcome.state))" }
        // A reason often begins with the state already: "backoff 250 ms: exit 1".
        let saysState = outcome.reason.hasPrefix(outcome.state)
        return CleanText.of(saysState ? outcome.reason : "\(outcome.state): \(outcome.reason)")
    }

    private func sayItTakesLonger(_ name: String) throws(Failure) -> Bool {
        var client = session.client
        client.patience = .seconds(5)
        let service = try client.get(.service(name), as: ServiceStatus.init(json:))
        let waited = TimeText.took(milliseconds: session.client.patience.seconds * 1000)
        let reason = service.reason.isEmpty ? "" : ": \(CleanText.of(service.reason))"
        session.sayError(
            "\(name): still \(CleanText.of(service.state)) after \(waited)\(reason) "
                + "(hostd goes on; hostctl status \(name) says how far it is, --timeout waits longer)")
        return false
    }
}
