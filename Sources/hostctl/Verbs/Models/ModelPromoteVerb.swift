// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model promote TIER`
enum ModelPromoteVerb {
    static let verb = Verb(
        name: "model promote", operands: [.tier],
        summary: "make the candidate of a tier its model",
        details: [
            "The candidate becomes the model of the tier, as a new generation, whether its trial has come to an end or "
                + "not. Waits until every target has it, for 60 s or --timeout, and says which has not and why; hostd "
                + "goes on trying.",
            "models.toml still says what it said, and is taken over again when it is edited: what to edit is told.",
            "--json prints {\"generation\"}, and on a further line, when it has waited, what hostctl model show says.",
        ],
        sample: [
            "$ hostctl model promote agent",
            "generation 9 is in force",
            "models-file: generation 9",
            "/etc/hostd/models.toml still says otherwise, and goes before what is in force from its next edit on. Edit "
                + "there:",
            "  tier.agent.model: write tencent/hy3-preview for deepseek/deepseek-v4-flash",
            "  tier.agent.gray.model: take out tencent/hy3-preview",
            "or: hostctl model show --generation 9 > new.toml && hostctl model apply new.toml",
        ],
        options: [.note, .noWait],
        examples: [
            .init("hostctl model promote agent --note 'held for 80 jobs'", "once model show says that it has held")
        ],
        exitCodes: [
            .failed: "a target does not have it in time, or nothing is tried in that tier",
            .noSuchName: "there is no such tier",
        ],
        patience: .seconds(60),
        run: { session throws(Failure) in
            let tier = session.request.words.first ?? ""
            return try PolicyMove(target: .promoteCandidate, members: [("tier", .string(tier))], session: session)
                .run()
        })
}
