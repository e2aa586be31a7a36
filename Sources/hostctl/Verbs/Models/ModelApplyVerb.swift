// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model apply [FILE]`
enum ModelApplyVerb {
    static let verb = Verb(
        name: "model apply", operands: [.fileOrNone],
        summary: "take models.toml over now, or a draft of it, and wait until it has got everywhere",
        details: [
            "hostd reads models.toml at once and takes it over, also where a rollback or a promotion went before it. "
                + "With FILE, that is checked and then put into the place of models.toml, with its owner and its "
                + "rights; files that it includes are those beside models.toml. When anything is wrong it is told, and "
                + "what is in force stays. A policy that is fetched from a source is changed there.",
            "Waits until every target has the new generation, for 60 s or --timeout, and says which has not and why; "
                + "hostd goes on trying. --note goes into the audit in the place of the policy's own.",
            "--json prints {\"generation\", \"errors\": [], \"changes\": [], \"services\": [], \"targets\": [], "
                + "\"jobs_under_way\"}, and on a further line, when it has waited, what hostctl model show says.",
        ],
        sample: [
            "$ hostctl model apply new.toml --note 'cheaper, and as good on our jobs'",
            "generation 8: 1 change",
            "  tier.agent.model: deepseek/deepseek-v4-flash → tencent/hy3-preview",
            "targets",
            "  models-file",
            "  openclaw",
            "models-file: generation 8",
            "openclaw: generation 8",
        ],
        options: [.note, .noWait],
        examples: [
            .init("hostctl model apply", "do not wait for hostd to see the edit, but for it to get everywhere"),
            .init("hostctl model apply new.toml --note 'week 22'", "put a draft into force, and say why"),
        ],
        exitCodes: [
            .failed: "a target does not have it in time, or the policy comes from a source",
            .notPermitted: "models.toml may not be written, or hostd not be steered",
            .badFile: "the file is wrong; nothing was changed",
        ],
        patience: .seconds(60),
        run: { session throws(Failure) in
            if let draft = session.request.words.first {
                guard try PolicyDraftFile(draft, session).putInPlace() else { return .badFile }
            }
            guard let plan = try apply(session) else { return .badFile }
            guard !session.request.has(.noWait), let generation = plan.generation else { return .fine }
            return try PolicyWait(session: session, generation: generation).run() ? .fine : .failed
        })

    /// Nil when the file is wrong, after saying so.
    private static func apply(_ session: Session) throws(Failure) -> PolicyPlan? {
        let progress = ProgressLine(session, of: [])
        let answer = try session.client.post(
            .applyPolicy, body: ModelArguments.body([], session.request), teller: "hostctl model show",
            telling: [422]
        ) { progress.show("models.toml is taken over") }
        progress.clear()
        guard let answer else { throw ModelArguments.silent(session) }
        let plan = try session.client.read(answer.json, as: PolicyPlan.init(json:))
        let isWrong = !plan.errors.isEmpty || answer.json["error"]?.text != nil
        let text = PolicyPlanText(plan: plan, style: session.style)
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else if isWrong {
            for line in text.errorLines() { session.sayError(line) }
            if plan.errors.isEmpty { session.complain(CleanText.of(answer.json["error"]?.text ?? "")) }
        } else {
            session.out.lines(text.doneLines())
        }
        session.out.flush()
        return isWrong ? nil : plan
    }
}
