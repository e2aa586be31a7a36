// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Finds what was meant by a word that is not known.
enum Suggestion {
    /// Longer words are no misspelling of anything.
    private static let lengthLimit = 48

    /// The candidate nearest to `word`, when it is near enough to be meant; the first of several.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let plain = simplified(word)
        guard (1...lengthLimit).contains(plain.count) else { return nil }
        var best: (candidate: String, slips: Int)?
        for candidate in candidates {
            let other = simplified(candidate)
            let slips = Spelling.slips(between: plain, and: other)
            let allowed = Spelling.allowedSlips(length: min(plain.count, other.count))
            if slips <= allowed, slips < best?.slips ?? .max { best = (candidate, slips) }
        }
        return best?.candidate ?? extended(word, among: candidates)
    }

    /// The candidate that differs from `word` only in capitals, `_` and `-`.
    static func sameWord(as word: String, among candidates: [String]) -> String? {
        let plain = simplified(word)
        return candidates.first { simplified($0) == plain }
    }

    /// The keys of that name in other sections, for `path`, which ends with it and is no key.
    static func misplaced(_ name: String, in path: String) -> String? {
        let own = ["service.", "kind."].first { path.hasPrefix($0) }.map { (begin: $0, named: $0 + "NAME.") }
        let service = own == nil ? nil : path.split(separator: ".").dropFirst().first
        let known = paths[simplified(name)] ?? []
        // In a service its own tables are meant rather than others that have such a key too.
        let near = own.map { own in known.filter { $0.hasPrefix(own.named) } } ?? []
        let matches = (near.isEmpty ? known : near).map { key -> String in
            guard let service, let own, key.hasPrefix(own.named) else { return key }
            return "\(own.begin)\(service)." + key.dropFirst(own.named.count)
        }
        guard (1...3).contains(matches.count) else { return nil }
        return matches.joined(separator: "\", \"")
    }

    /// The paths of all keys by their simplified last part.
    private static let paths: [[UInt8]: [String]] = {
        let later = LaterKeys.bySection.keys.sorted().flatMap { section in
            (LaterKeys.bySection[section] ?? []).map { section.isEmpty ? $0.name : "\(section).\($0.name)" }
        }
        return Dictionary(grouping: ConfigurationReference.keys.map(\.path) + later) { path in
            simplified(String(path.split(separator: ".").last ?? ""))
        }
    }()

    /// The one candidate that goes on where `word` ends, or the other way round: `environment` for `env`.
    private static func extended(_ word: String, among candidates: [String]) -> String? {
        let matches = candidates.filter { candidate in
            candidate.hasPrefix(word) && word.count >= 3 || word.hasPrefix(candidate) && candidate.count >= 3
        }
        return matches.count == 1 ? matches.first : nil
    }

    /// Letters in lower case without what joins words, so that `maxBackoff` and `max-backoff` are `max_backoff`.
    private static func simplified(_ word: String) -> [UInt8] {
        word.lowercased().utf8.prefix(lengthLimit + 1).filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }
}
