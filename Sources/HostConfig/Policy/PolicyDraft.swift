// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What the files of a policy have said so far, before the rules that concern several keys.
struct PolicyDraft: Sendable {
    var name: String?
    var note: String?
    var include: [String] = []
    /// The tables of each tier, in the order of the files.
    var tiers: [ServiceName: [TomlNode]] = [:]
    /// The tables of each price.
    var prices: [String: [TomlNode]] = [:]
    var targets: [TargetDraft] = []
    var golden: [String] = []
    var board = ModelPolicy.Board()
}

/// `[tier.NAME]` while its keys are read.
struct TierDraft: Sendable {
    var model: String?
    var fallback: [String] = []
    var gray: GrayDraft?
    var allow: [ServiceName] = []
}

/// `[tier.NAME.gray]` while its keys are read.
struct GrayDraft: Sendable {
    var model: String?
    var share = ModelPolicy.Gray(model: "").share
    var promotion = ModelPolicy.Gray(model: "").promotion
    var choice = ModelPolicy.Gray(model: "").choice
}

/// `[price."ID"]` while its keys are read.
struct PriceDraft: Sendable {
    var input: Double?
    var output: Double?
}

/// `[[apply]]` while its keys are read.
struct TargetDraft: Sendable {
    struct Template: Sendable {
        var from: String?
        var to: String?
    }

    var name: String?
    var openclaw: String?
    var litellm: ModelTarget.LiteLLM?
    var template: Template?
    var exec: [String]?
    var user: String?
    var tier: ServiceName?
    var prefix: String?
}
