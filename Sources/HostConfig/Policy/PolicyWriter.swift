// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// A policy as the text of one models.toml: what the store keeps of each generation. `PolicyReader` reads the same
/// policy out of it.
public enum PolicyWriter {
    /// The text of a policy, without what files include: that is in it.
    public static func text(_ policy: ModelPolicy) -> String {
        var text = ""
        if !policy.name.isEmpty { text += line("policy", string(policy.name)) }
        if !policy.note.isEmpty { text += line("note", string(policy.note)) }
        for (name, tier) in policy.tiers.sorted(by: { $0.key < $1.key }) { text += tierTable(name, tier) }
        for (id, price) in policy.prices.sorted(by: { $0.key < $1.key }) {
            text += "\n[price.\(string(id))]\n"
            text += line("input", "\(price.input)") + line("output", "\(price.output)")
        }
        for target in policy.targets { text += targetTable(target) }
        if !policy.golden.isEmpty { text += "\n[golden]\n" + line("jobs", list(policy.golden)) }
        let board = [
            policy.board.url.map { line("url", expanded($0)) },
            policy.board.keyFile.map { line("key_file", expanded($0)) },
        ].compactMap(\.self)
        if !board.isEmpty { text += "\n[board]\n" + board.joined() }
        return text
    }

    private static func tierTable(_ name: String, _ tier: ModelPolicy.Tier) -> String {
        var text = "\n[tier.\(name)]\n" + line("model", string(tier.model))
        if !tier.fallback.isEmpty { text += line("fallback", list(tier.fallback)) }
        if let gray = tier.gray {
            let values = [
                "model = \(string(gray.model))", "share = \(string(RateText.text(gray.share)))",
                "promote = \(string(gray.promotion.rawValue))", "by = \(string(gray.choice.rawValue))",
            ]
            text += line("gray", "{ \(values.joined(separator: ", ")) }")
        }
        if !tier.allow.isEmpty { text += line("allow", list(tier.allow)) }
        return text
    }

    private static func targetTable(_ target: ModelTarget) -> String {
        var text = "\n[[apply]]\n" + line("name", string(target.name))
        switch target.action {
        case .openclaw(let folder): text += line("openclaw", expanded(folder))
        case .litellm(let proxy):
            let values = [
                proxy.config.map { "config = \(expanded($0))" }, proxy.url.map { "url = \(expanded($0))" },
                proxy.keyFile.map { "key_file = \(expanded($0))" }, proxy.service.map { "service = \(string($0))" },
            ]
            text += line("litellm", "{ \(values.compactMap(\.self).joined(separator: ", ")) }")
        case .template(let from, let to):
            text += line("template", "{ from = \(expanded(from)), to = \(expanded(to)) }")
        case .exec(let words):
            text += line("exec", "[\(words.map(expanded).joined(separator: ", "))]")
        }
        for (key, value) in [("user", target.user), ("tier", target.tier), ("prefix", target.prefix)] {
            if let value { text += line(key, string(value)) }
        }
        return text
    }

    private static func line(_ key: String, _ value: String) -> String { "\(key) = \(value)\n" }

    private static func string(_ text: String) -> String { tomlString(text) }

    private static func list(_ texts: [String]) -> String { "[\(texts.map(string).joined(separator: ", "))]" }

    /// What its reader fills variables into.
    private static func expanded(_ text: String) -> String { tomlString(Interpolation.escape(text)) }
}
