// SPDX-License-Identifier: Apache-2.0

/// The models in the configuration of a LiteLLM proxy, which is YAML. hostd reads no YAML: it owns either the whole
/// file or what stands between two marks, and leaves all else as it is.
nonisolated struct LiteLLMText {
    /// A part that can stand between marks.
    enum Part: String, CaseIterable {
        case models, fallbacks

        var begin: String { "# hostd: begin \(rawValue)" }
        var end: String { "# hostd: end \(rawValue)" }
    }

    /// One thing that the proxy can be asked for.
    struct Entry: Hashable {
        /// What it is asked for by.
        let name: String
        /// What it asks the provider for.
        let model: String
    }

    /// The first line of a file that is hostd's.
    static let heading = "# Written by hostd from its models.toml: what is changed here is lost."

    let entries: [Entry]
    /// What is asked instead when a name gives no answer.
    let fallbacks: [(name: String, models: [String])]

    /// Each tier can be asked for by its name, and each model by its ID.
    init(_ models: TargetModels, prefix: String) {
        let tiers = models.tiers.sorted { $0.key < $1.key }
        var known = Set(tiers.map(\.key))
        var ids: [String] = []
        for (_, tier) in tiers {
            for id in [tier.model] + tier.fallback + [tier.candidate].compactMap(\.self) where known.insert(id).inserted
            {
                ids.append(id)
            }
        }
        entries =
            tiers.map { Entry(name: $0.key, model: prefix + $0.value.model) }
            + ids.map { Entry(name: $0, model: prefix + $0) }
        var seen: Set<String> = []
        fallbacks = tiers.filter { !$0.value.fallback.isEmpty }.flatMap { name, tier in
            [(name, tier.fallback), (tier.model, tier.fallback)]
        }.filter { seen.insert($0.0).inserted }.map { (name: $0.0, models: $0.1) }
    }

    /// The file that has `old` now; nil: there is none.
    func merged(into old: String?, path: String) throws(TargetFailure) -> String {
        guard let old, !old.hasPrefix(Self.heading) else { return whole }
        var lines = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var isMarked = false
        for part in Part.allCases {
            guard let range = try Self.range(of: part, in: lines, path: path) else { continue }
            if part == .models { isMarked = true }
            let indent = String(lines[range.lowerBound - 1].prefix { $0 == " " })
            lines.replaceSubrange(range, with: self.lines(part, indent))
        }
        guard isMarked else {
            throw TargetFailure(
                "\(path) is not hostd's, and has no \"\(Part.models.begin)\" and \"\(Part.models.end)\" below its "
                    + "model_list (write them there, or name a file that is not there yet and include it)")
        }
        return lines.joined(separator: "\n")
    }

    private var whole: String {
        var text = [Self.heading, "model_list:"] + lines(.models, "  ")
        if !fallbacks.isEmpty { text += ["router_settings:", "  fallbacks:"] + lines(.fallbacks, "    ") }
        return text.joined(separator: "\n") + "\n"
    }

    /// IDs and names have no byte in them that means anything between these quotes.
    private func lines(_ part: Part, _ indent: String) -> [String] {
        switch part {
        case .models:
            entries.flatMap {
                [
                    "\(indent)- model_name: \"\($0.name)\"", "\(indent)  litellm_params:",
                    "\(indent)    model: \"\($0.model)\"",
                ]
            }
        case .fallbacks:
            fallbacks.map { "\(indent)- \"\($0.name)\": [\($0.models.map { "\"\($0)\"" }.joined(separator: ", "))]" }
        }
    }

    /// The lines between the marks of a part; nil where it has none.
    private static func range(
        of part: Part, in lines: [String], path: String
    ) throws(TargetFailure) -> Range<Int>? {
        func places(_ mark: String) -> [Int] {
            lines.indices.filter { lines[$0].split(separator: " ").joined(separator: " ") == mark }
        }
        let (begins, ends) = (places(part.begin), places(part.end))
        if begins.isEmpty, ends.isEmpty { return nil }
        guard begins.count == 1, ends.count == 1, begins[0] < ends[0] else {
            let line = (begins.dropFirst().first ?? begins.first ?? ends.first ?? 0) + 1
            throw TargetFailure(
                "\(path):\(line): \"\(part.begin)\" and \"\(part.end)\" do not go together (write each once, in this "
                    + "order)")
        }
        return begins[0] + 1..<ends[0]
    }
}
