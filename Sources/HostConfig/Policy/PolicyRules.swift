// SPDX-License-Identifier: Apache-2.0

import HostCore

/// What must hold between the keys of a policy.
struct PolicyRules {
    let draft: PolicyDraft
    /// False when a file could not be read to its end: what is missing may stand there.
    let isComplete: Bool
    let uses: [TierUse]

    /// The policy, whatever was reported of it.
    func policy(_ checking: inout Checking) -> ModelPolicy {
        var policy = ModelPolicy()
        policy.name = draft.name ?? ""
        policy.note = draft.note ?? ""
        policy.golden = draft.golden
        policy.board = draft.board
        if isComplete, draft.tiers.isEmpty {
            checking.report(path: "", "no tier, so nobody has a model (write [tier.agent] with model = \"…\")")
        }
        checkLimit("tier", draft.tiers.count, PolicyReader.tierLimit, &checking)
        checkLimit("price", draft.prices.count, PolicyReader.priceLimit, &checking)
        for (name, tables) in draft.tiers.sorted(by: { $0.key < $1.key }) {
            policy.tiers[name.text] = tier(name.text, tables, &checking)
        }
        for (id, tables) in draft.prices.sorted(by: { $0.key < $1.key }) {
            policy.prices[id] = price(id, tables, &checking)
        }
        policy.targets = targets(&checking)
        if isComplete { checkUses(&checking) }
        checkGolden(policy, &checking)
        return policy
    }

    private func checkLimit(_ key: String, _ count: Int, _ limit: Int, _ checking: inout Checking) {
        if count > limit { checking.report(path: key, "\(count) are too many (at most \(limit))") }
    }

    private func tier(_ name: String, _ tables: [TomlNode], _ checking: inout Checking) -> ModelPolicy.Tier? {
        var draft = TierSection.section.empty
        checking.inside("tier") { checking in
            checking.inside(name) { checking in
                for table in tables { TierSection.section.apply(table, to: &draft, &checking) }
            }
        }
        let path = "tier.\(name)"
        guard let model = draft.model else {
            if isComplete, checking.place(of: path + ".model") == nil {
                checking.report(path: path, "no model (write model = \"provider/model\")")
            }
            return nil
        }
        var tier = ModelPolicy.Tier(model: model)
        tier.fallback = draft.fallback
        tier.allow = draft.allow.map(\.text)
        if let index = draft.fallback.firstIndex(of: model) {
            checking.report(
                path: path + ".fallback", item: index, "\(quoted(model)) is the model itself (leave it out)")
        }
        tier.gray = draft.gray.flatMap { gray($0, of: model, path + ".gray", &checking) }
        return tier
    }

    private func gray(
        _ draft: GrayDraft, of stable: String, _ path: String, _ checking: inout Checking
    ) -> ModelPolicy.Gray? {
        guard let model = draft.model else {
            if isComplete, checking.place(of: path + ".model") == nil {
                checking.report(path: path, "no model (name the candidate: model = \"provider/model\")")
            }
            return nil
        }
        if model == stable {
            checking.report(
                path: path + ".model", "\(quoted(model)) is the tier's model (name another, or leave gray out)")
        }
        return ModelPolicy.Gray(model: model, share: draft.share, promotion: draft.promotion, choice: draft.choice)
    }

    private func price(_ id: String, _ tables: [TomlNode], _ checking: inout Checking) -> ModelPolicy.Price? {
        var draft = PriceSection.section.empty
        checking.inside("price") { checking in
            checking.inside(id) { checking in
                for table in tables { PriceSection.section.apply(table, to: &draft, &checking) }
            }
        }
        if let input = draft.input, let output = draft.output {
            return ModelPolicy.Price(input: input, output: output)
        }
        let path = "price.\(shownKey(id))"
        for (key, value) in [("input", draft.input), ("output", draft.output)] where value == nil && isComplete {
            if checking.place(of: "\(path).\(key)") == nil {
                checking.report(path: path, "no \(key) (write \(key) = 0.14, in dollars per million tokens)")
            }
        }
        return nil
    }

    /// The targets, those without a name numbered by what they do.
    private func targets(_ checking: inout Checking) -> [ModelTarget] {
        var counts: [String: Int] = [:]
        var known: Set<String> = []
        return draft.targets.enumerated().compactMap { index, draft in
            guard let word = draft.action?.word else { return nil }
            let count = counts[word, default: 0] + 1
            counts[word] = count
            let name = draft.name ?? (count == 1 ? word : "\(word)-\(count)")
            if name == PolicyTargets.file {
                checking.report(path: "apply.\(index + 1).name", "\(quoted(name)) is a target that there always is")
            } else if !known.insert(name).inserted {
                checking.report(path: "apply.\(index + 1)", "another is called \(quoted(name)) (give it a name)")
            }
            if case .openclaw? = draft.action { checkTier(of: draft, index, &checking) }
            return draft.target(named: name)
        }
    }

    /// An OpenClaw gets the model of one tier.
    private func checkTier(of target: TargetDraft, _ index: Int, _ checking: inout Checking) {
        let tier = target.tier?.text ?? ModelTarget.defaultTier
        let names = draft.tiers.keys.map(\.text).sorted()
        guard isComplete, !names.isEmpty, !names.contains(tier) else { return }
        checking.report(
            path: "apply.\(index + 1)",
            "it gets the tier \(quoted(tier)), which is not here (give tier, one of \(names.joined(separator: ", ")))")
    }

    /// Whoever uses a tier finds it there, and is among those who may.
    private func checkUses(_ checking: inout Checking) {
        let names = draft.tiers.keys.map(\.text).sorted()
        for use in uses {
            let who = "\(use.noun) \(quoted(use.name))"
            guard let name = ServiceName(use.tier), draft.tiers[name] != nil else {
                let right = Suggestion.nearest(to: use.tier, among: names).map { ", or is \"\($0)\" meant?" } ?? ""
                checking.report(
                    path: "tier",
                    "\(who) uses the tier \(quoted(use.tier)), which is not here "
                        + "(write [tier.\(use.tier)]\(right))")
                continue
            }
            var tier = TierSection.section.empty
            var quiet = Checking()
            for table in draft.tiers[name] ?? [] { TierSection.section.apply(table, to: &tier, &quiet) }
            if !tier.allow.isEmpty, !tier.allow.contains(where: { $0.text == use.name }) {
                checking.report(
                    path: "tier.\(use.tier).allow",
                    "\(who) uses this tier and is not among those who may (add it, or give it another tier)")
            }
        }
    }

    private func checkGolden(_ policy: ModelPolicy, _ checking: inout Checking) {
        guard isComplete, policy.golden.isEmpty else { return }
        for (name, tier) in policy.tiers.sorted(by: { $0.key < $1.key }) where tier.gray?.promotion == .golden {
            checking.report(
                path: "tier.\(name).gray.promote", "there are no golden jobs to pass (write [golden] with jobs = […])")
        }
    }
}
