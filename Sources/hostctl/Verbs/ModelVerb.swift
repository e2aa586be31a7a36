// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl model ACTION`
enum ModelVerb {
    static let verb = Verb(
        name: "model",
        actions: [
            ModelShowVerb.verb, ModelCheckVerb.verb, ModelPlanVerb.verb, ModelApplyVerb.verb, ModelHistoryVerb.verb,
            ModelRollbackVerb.verb, ModelPromoteVerb.verb, ModelReportVerb.verb,
            ModelValidateVerb.verb, ModelBoardVerb.verb,
        ],
        summary: "the models behind the tiers: what is in force, what it costs, change it and take it back",
        details: [
            "models.toml, beside hostd.toml, says which models stand behind the tiers that services and jobs name. "
                + "hostd takes an edit over by itself, once it is right, as a new generation: services and further "
                + "attempts of jobs get the new models, and nothing that runs is ended for it unless a service wants "
                + "that.",
            "A candidate of a tier is tried by a small share of the jobs. hostd ends the trial of one that is worse, "
                + "and says when one has held.",
        ],
        examples: [
            .init("hostctl model show", "which models are in force, and what is tried"),
            .init("hostctl model check new.toml && hostctl model apply new.toml", "a draft, before it counts"),
            .init("hostctl model rollback --note 'loops on tool calls'", "the generation before, at once"),
        ],
        exitCodes: [.noSuchName: "there is no such tier, or no such generation"],
        run: { session throws(Failure) in throw .usage("\(session.request.verb.name) needs an action") })
}
