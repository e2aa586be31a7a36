// SPDX-License-Identifier: Apache-2.0

extension ModelPolicy {
    /// One thing that a policy says.
    public struct Line: Hashable, Sendable {
        /// Where it says so: `tier.agent.model`.
        public let path: String
        /// What.
        public let value: String
    }

    /// All that it says, in one fixed order: two policies that mean the same have the same lines, whatever the order,
    /// the comments and the blanks of their files.
    public var lines: [Line] {
        var lines = [Line(path: "policy", value: name), Line(path: "note", value: note)].filter { !$0.value.isEmpty }
        for (name, tier) in tiers.sorted(by: { $0.key < $1.key }) { lines += tier.lines("tier.\(name).") }
        for (id, price) in prices.sorted(by: { $0.key < $1.key }) {
            lines.append(Line(path: "price.\(id).input", value: "\(price.input)"))
            lines.append(Line(path: "price.\(id).output", value: "\(price.output)"))
        }
        for target in targets { lines += target.lines("apply.\(target.name).") }
        if !golden.isEmpty { lines.append(Line(path: "golden.jobs", value: Self.list(golden))) }
        if let url = board.url { lines.append(Line(path: "board.url", value: url)) }
        if let file = board.keyFile { lines.append(Line(path: "board.key_file", value: file)) }
        return lines
    }

    /// The lines as one text, for the audit and its digest: `path = value`, with line breaks and `\` escaped.
    public var canonicalText: String {
        var text = ""
        for line in lines {
            text += line.path + " = "
            for scalar in line.value.unicodeScalars {
                switch scalar {
                case "\\": text += "\\\\"
                case "\n": text += "\\n"
                default: text.unicodeScalars.append(scalar)
                }
            }
            text += "\n"
        }
        return text
    }

    fileprivate static func list(_ items: [String]) -> String { items.joined(separator: ", ") }
}

extension ModelPolicy.Tier {
    fileprivate func lines(_ prefix: String) -> [ModelPolicy.Line] {
        var values = [("model", model)]
        if !fallback.isEmpty { values.append(("fallback", ModelPolicy.list(fallback))) }
        if let gray {
            values += [
                ("gray.model", gray.model), ("gray.share", RateText.text(gray.share)),
                ("gray.promote", gray.promotion.rawValue), ("gray.by", gray.choice.rawValue),
            ]
        }
        if !allow.isEmpty { values.append(("allow", ModelPolicy.list(allow))) }
        return values.map { ModelPolicy.Line(path: prefix + $0.0, value: $0.1) }
    }
}

extension ModelTarget {
    fileprivate func lines(_ prefix: String) -> [ModelPolicy.Line] {
        let values: [(String, String?)] =
            switch action {
            case .openclaw(let folder): [("openclaw", folder)]
            case .litellm(let proxy):
                [
                    ("litellm.config", proxy.config), ("litellm.url", proxy.url), ("litellm.key_file", proxy.keyFile),
                    ("litellm.service", proxy.service),
                ]
            case .template(let from, let to): [("template.from", from), ("template.to", to)]
            case .exec(let words): [("exec", ModelPolicy.list(words.map { "\"\($0)\"" }))]
            }
        return (values + [("user", user), ("tier", tier), ("prefix", self.prefix)]).compactMap { key, value in
            value.map { ModelPolicy.Line(path: prefix + key, value: $0) }
        }
    }
}

/// Rates for people.
public enum RateText {
    /// Ten-thousandths as per cent: 500 is `5%`, 125 is `1.25%`.
    public static func text(_ share: Int) -> String {
        let (whole, rest) = share.quotientAndRemainder(dividingBy: 100)
        guard rest > 0 else { return "\(whole)%" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)%" : "\(whole).\(rest < 10 ? "0" : "")\(rest)%"
    }

    /// A share between 0 and 1 in tenths of a per cent: `12.5 %`.
    public static func text(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
