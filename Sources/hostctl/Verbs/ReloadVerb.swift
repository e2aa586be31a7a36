// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl reload [NAME…]`
enum ReloadVerb {
    static let verb = Verb(
        name: "reload", operands: [.servicesOrNone],
        summary: "take the changed configuration, or have services take theirs",
        details: [
            "Without a NAME hostd reads its configuration again and changes what differs; hostctl plan says before "
                + "what that is. A service whose keys did not change is not touched. With an error in the files "
                + "nothing changes: the errors are told, and hostd goes on with what it had.",
            "With NAMEs the reload action of each service is done (reload = { signal = \"SIGHUP\" } and its like): the "
                + "service goes on running and reads its own files again. \(Selector.help)",
            "Waits until what was started or restarted is ready, what was stopped is gone, or 90 s have passed.",
        ],
        sample: [
            "$ hostctl reload",
            "restart  gateway  command, env.FOO",
            "gateway: ready",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl plan && hostctl reload", "see what will change, then change it"),
            .init("hostctl reload gateway", "have the gateway read its own configuration again"),
        ],
        exitCodes: [
            .failed: "a service did not get there, or has no reload action",
            .noSuchName: "there is no service of that name",
            .badFile: "the configuration has errors; nothing was changed",
        ],
        patience: .seconds(90),
        run: { session throws(Failure) in
            session.request.words.isEmpty ? try configuration(session) : try ActionRun.run("reload", session)
        })

    private static func configuration(_ session: Session) throws(Failure) -> ExitCode {
        let before = try Selection.list(session.client)
        let answer: ControlClient.Answer?
        do throws(Failure) {
            answer = try session.client.post(Target(["reload"]))
        } catch {
            throw session.client.tooOld(error, for: "reload")
        }
        guard let answer else { throw Failure(.failed, "hostd is still at it (hostctl events says how far it is)") }
        let reload = try session.client.read(answer.json, as: ReloadAnswer.init(json:))
        guard show(reload, answer, session) else { return .badFile }
        if session.request.has(.noWait) { return .fine }
        return try ReloadWait(session, reload.changes, before: before).run() ? .fine : .failed
    }

    /// Prints an answer; false when the configuration is wrong.
    static func show(_ reload: ReloadAnswer, _ answer: ControlClient.Answer, _ session: Session) -> Bool {
        let text = PlanText(answer: reload, style: session.style)
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else if reload.ok {
            session.out.lines(text.lines())
        } else {
            for line in text.errorLines() { session.sayError(line) }
        }
        session.out.flush()
        return reload.ok
    }
}
