// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The top of models.toml.
enum PolicySection {
    static let section: Section<PolicyDraft> = Section(
        "", empty: PolicyDraft(),
        keys: [
            Key(
                "policy", .label, \.name, also: ["name", "id"], change: .inPlace,
                "A name for people: it stands in the audit."),
            Key(
                "note", .label, \.note, also: ["why", "comment", "description"], change: .inPlace,
                "Why it is as it is; it stands in the audit."),
            Key(
                "include", .list(of: .verbatim, "files", atMost: PolicyReader.fileLimit), \.include,
                also: ["includes", "import"], change: .inPlace,
                "Further files of the policy, read in this order after it; paths beside it unless absolute."),
            Key("tier", named: TierSection.section, \.tiers, also: ["tiers", "model", "models"]),
            Key("price", named: PriceSection.section, \.prices, also: ["prices", "cost"]) {
                ModelName.checked($0, at: $1, &$2)
            },
            Key(
                "apply", each: TargetSection.section, atMost: TargetSection.limit, \.targets,
                also: ["target", "targets"], check: TargetSection.check),
            Key("golden", GoldenSection.section, \.golden),
            Key("board", BoardSection.section, \.board, also: ["leaderboard", "ranking"]),
        ])
}

/// `[tier.NAME]`
enum TierSection {
    static let section: Section<TierDraft> = Section(
        "tier.NAME", empty: TierDraft(),
        keys: [
            Key(
                "model", .model, \.model, also: ["stable", "id"], change: .nextAttempt,
                "The model of the tier, `${model.NAME}`. Services always get it, jobs unless they try the candidate."),
            Key(
                "fallback", .list(of: .model, "models", atMost: 16), \.fallback, also: ["fallbacks"],
                change: .nextAttempt, "What a gateway may take when the model gives no answer, best first."),
            Key("gray", GraySection.section, \.gray, also: ["grey", "canary", "candidate"]),
            Key(
                "allow", .list(of: .serviceName, "names", atMost: 64), \.allow, also: ["allowed", "only"],
                change: .nextAttempt, "The services and kinds that may use the tier; all if not given."),
        ])
}

/// `[tier.NAME.gray]`
enum GraySection {
    static let section: Section<GrayDraft> = Section(
        "tier.NAME.gray", empty: GrayDraft(), hint: "a table, like { model = \"tencent/hy3-preview\", share = \"5%\" }",
        keys: [
            Key("model", .model, \.model, also: ["candidate", "id"], change: .nextAttempt, "The candidate."),
            Key(
                "share", .grayShare, \.share, also: ["weight", "percent"], change: .nextAttempt,
                "Its share of the jobs, in steps of 0.01 %; \"0%\" keeps it waiting."),
            Key(
                "promote", .choice(), \.promotion, also: ["promotion"], change: .inPlace,
                "When it has held: a person is asked, it becomes the model, or it does so when it has also passed the "
                    + "golden jobs."),
            Key(
                "by", .choice(), \.choice, also: ["choose", "mode"], change: .nextAttempt,
                "How jobs are chosen: every so many, or by a hash of the job's key so that hosts agree."),
        ])
}

/// `[price."ID"]`
enum PriceSection {
    static let section: Section<PriceDraft> = Section(
        "price.NAME", empty: PriceDraft(), hint: "a table, like { input = 0.14, output = 0.28 }",
        keys: [
            Key(
                "input", .dollars, \.input, also: ["in", "prompt"], change: .inPlace,
                "Dollars per million tokens that it reads."),
            Key(
                "output", .dollars, \.output, also: ["out", "completion"], change: .inPlace,
                "Dollars per million tokens that it writes."),
        ])
}

/// `[golden]`
enum GoldenSection {
    static let section: Section<[String]> = Section(
        "golden", empty: [],
        keys: [
            Key(
                "jobs", .list(of: .verbatim, "files", atMost: 64), \.self, also: ["files", "specs"], change: .inPlace,
                "Files of jobs that a candidate has to pass: paths, beside the policy unless absolute, with `*`."
            )
        ])
}

/// `[board]`
enum BoardSection {
    static let section: Section<ModelPolicy.Board> = Section(
        "board", empty: ModelPolicy.Board(),
        keys: [
            Key(
                "url", .webAddress, \.url, also: ["http", "address"], change: .inPlace,
                "Where the weekly ranking is had from."),
            Key(
                "key_file", .path, \.keyFile, also: ["key", "token_file"], change: .inPlace,
                "The file whose first line is the key for it."),
        ])
}
