// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// Has something done to jobs, one after the other, and says of each what came of it.
struct JobActionRun {
    /// What help says of the JSON of these actions.
    static let jsonHelp =
        "--json prints one outcome a line: {\"id\", \"action\", \"ok\", \"state\", \"reason\"}; the state is null "
        + "where hostd refused."

    private let action: String
    private let session: Session
    private var code = ExitCode.fine

    /// Does `action` to the jobs that the command line names.
    static func run(_ action: String, _ session: Session) throws(Failure) -> ExitCode {
        let ids = try JobArguments.ids(session.request.words)
        var run = JobActionRun(action: action, session: session)
        for id in ids { try run.carryOut(on: id) }
        return run.code
    }

    private init(action: String, session: Session) {
        self.action = action
        self.session = session
    }

    private mutating func carryOut(on id: JobID) throws(Failure) {
        let progress = ProgressLine(session, of: [])
        let target = Target.action(action, on: id, wait: !session.request.has(.noWait))
        let waiting = "job \(id): \(action) is under way"
        let answer: ControlClient.Answer?
        do throws(Failure) {
            answer = try session.client.post(target, teller: "hostctl job show \(id)") { progress.show(waiting) }
        } catch {
            // Of several, what is true of one only keeps nobody from doing the others.
            guard [.failed, .noSuchName].contains(error.code) else { throw error }
            return refuse(id, error)
        }
        progress.clear()
        guard let answer else {
            code = .failed
            return sayWhatTakesLonger(id)
        }
        let job = try session.client.read(answer.json, as: JobStatus.init(json:)).brief
        if session.wantsJSON {
            say(id, isDone: true, state: job.state, reason: job.reason)
        } else {
            let reason = job.reason.isEmpty ? "" : ": \(CleanText.of(job.reason))"
            session.out.line("\(id): \(CleanText.of(job.state))\(reason)")
        }
        session.out.flush()
    }

    private mutating func refuse(_ id: JobID, _ error: Failure) {
        if code == .fine || error.code == .failed { code = error.code }
        if session.wantsJSON {
            say(id, isDone: false, state: nil, reason: error.text)
        } else {
            session.sayError("\(id): \(error.text)")
        }
    }

    private func say(_ id: JobID, isDone: Bool, state: String?, reason: String) {
        let json: JSON = [
            "id": .integer(id.number), "action": .string(action), "ok": .bool(isDone), "state": JSON(state),
            "reason": .string(reason),
        ]
        session.out.json(json.bytes)
        session.out.flush()
    }

    private func sayWhatTakesLonger(_ id: JobID) {
        let waited = TimeText.took(milliseconds: session.client.patience.seconds * 1000)
        session.sayError(
            "\(id): not done after \(waited) (hostd goes on; hostctl job show \(id) says how far it is, --timeout "
                + "waits longer)")
    }
}
