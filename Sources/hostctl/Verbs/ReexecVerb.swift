// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostctl reexec`
enum ReexecVerb {
    private static let pauseMilliseconds: Int32 = 20

    static let verb = Verb(
        name: "reexec",
        summary: "have hostd replaced by the binary that is installed now",
        details: [
            "The new binary first passes its self-test; one that does not changes nothing, and what it said is told. "
                + "Then it takes over in place: no service is touched, no event is lost. Waits until the new hostd "
                + "answers, or 60 s have passed.",
            "--json prints {\"ok\", \"pid\", \"version\"}.",
        ],
        sample: [
            "$ hostctl reexec",
            "hostd 0.2.0 (pid 1) answers",
        ],
        options: [.noWait],
        examples: [.init("hostctl reexec", "after an upgrade of the package")],
        exitCodes: [.failed: "the self-test failed, or the new hostd does not answer"],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let asked = Clock.now
            let answer: ControlClient.Answer?
            do throws(Failure) {
                answer = try session.client.post(Target(["reexec"]))
            } catch {
                throw session.client.tooOld(error, for: "reexec")
            }
            guard let answer else {
                throw Failure(.failed, "hostd has not said within the time that it takes over (hostctl version asks)")
            }
            guard answer.json["ok"] != false else {
                let why = answer.json["error"]?.text ?? "hostd does not say why"
                throw Failure(.failed, "nothing was changed: \(CleanText.of(why))")
            }
            guard !session.request.has(.noWait) else {
                say(answer.json, "is taking over", session)
                return .fine
            }
            let host = try waitForNew(session, since: asked)
            say(
                ["ok": true, "pid": JSON(host.pid), "version": .string(host.version)], "answers", session)
            return .fine
        })

    /// The first hostd that started after it was asked for.
    private static func waitForNew(_ session: Session, since asked: Instant) throws(Failure) -> HostFacts {
        let deadline = asked + session.client.patience
        var client = session.client
        client.patience = .seconds(5)
        while true {
            do throws(Failure) {
                let host = try client.get(.status, as: HostStatus.init(json:)).host
                if host.uptimeSeconds < (Clock.now - asked).seconds { return host }
            } catch {
                guard error.code == .unreachable, Clock.now < deadline else { throw error }
            }
            guard Clock.now < deadline else {
                throw Failure(.failed, "the old hostd still answers (hostctl events -n 5 says what it did)")
            }
            session.out.pause(milliseconds: pauseMilliseconds)
        }
    }

    private static func say(_ json: JSON, _ what: String, _ session: Session) {
        if session.wantsJSON { return session.out.json(json.bytes) }
        let version = json["version"]?.text.map { " " + CleanText.of($0) } ?? ""
        let pid: String = if case .integer(let pid)? = json["pid"] { " (pid \(pid))" } else { "" }
        session.out.line("hostd\(version)\(pid) \(what)")
    }
}
