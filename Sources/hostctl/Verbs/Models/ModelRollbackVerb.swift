// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model rollback [GENERATION]`
enum ModelRollbackVerb {
    static let verb = Verb(
        name: "model rollback", operands: [.generationOrNone],
        summary: "bring an earlier policy back, or end the trial of a candidate",
        details: [
            "The policy of the generation before, or of GENERATION, is in force again, as a new generation. Waits "
                + "until every target has it, for 60 s or --timeout, and says which has not and why; hostd goes on "
                + "trying.",
            "models.toml still says what it said, and is taken over again when it is edited: what to edit there is "
                + "told. Reading it again does not undo the rollback; hostctl model apply does.",
            "With --candidate TIER the policy stays, and the candidate of that tier is tried no more: the next attempt "
                + "of a job has the tier's model, and so have those that tried it.",
            "--json prints {\"generation\"}, and on a further line, when it has waited, what hostctl model show says.",
        ],
        sample: [
            "$ hostctl model rollback --note 'loops on tool calls'",
            "generation 8 is in force",
            "models-file: generation 8",
            "openclaw: generation 8",
            "/etc/hostd/models.toml still says otherwise, and goes before what is in force from its next edit on. Edit "
                + "there:",
            "  tier.agent.model: write deepseek/deepseek-v4-flash for tencent/hy3-preview",
            "or: hostctl model show --generation 8 > new.toml && hostctl model apply new.toml",
        ],
        options: [.candidate, .note, .noWait],
        examples: [
            .init("hostctl model rollback", "what was in force before"),
            .init("hostctl model rollback 5 --note 'the last that was quiet'", "generation 5, and why"),
            .init("hostctl model rollback --candidate agent", "no more jobs for the candidate of agent"),
        ],
        exitCodes: [
            .failed: "a target does not have it in time, or there is nothing to go back to",
            .noSuchName: "there is no such generation, or no such tier",
        ],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let word = session.request.words.first
            if let tier = session.request.value(.candidate) {
                guard word == nil else {
                    throw .usage("--candidate ends a trial and leaves the policy as it is (give one of them)")
                }
                return try abandon(tier, session)
            }
            let number: Int64? = if let word { try ModelArguments.generation(word) } else { nil }
            return try PolicyMove(target: .rollBackPolicy, members: [("generation", JSON(number))], session: session)
                .run()
        })

    private static func abandon(_ tier: String, _ session: Session) throws(Failure) -> ExitCode {
        let answer = try session.client.post(
            .abandonCandidate, body: ModelArguments.body([("tier", .string(tier))], session.request),
            teller: "hostctl model show")
        guard let answer else { throw ModelArguments.silent(session) }
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else {
            session.out.line(
                "the trial in tier \(CleanText.of(tier)) has ended: its jobs have the tier's model from their next "
                    + "attempt on")
        }
        return .fine
    }
}
