// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Finds the name that was meant by one that does not exist.
public enum Nearest {
    /// Longer words are no misspelling of anything.
    private static let lengthLimit = 48

    /// The signal that `word` most likely means. The part that all names share would make everything look near.
    public static func toSignal(_ word: String) -> String? {
        let upper = word.uppercased()
        let short = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
        return to(short, among: SignalName.all.map { String($0.dropFirst(3)) }).map { "SIG" + $0 }
    }

    /// The candidate that `word` most likely means: a few slips away, or the only one that begins with it; nil when
    /// none is near.
    public static func to(_ word: String, among candidates: [String]) -> String? {
        let wanted = Array(word.utf8.prefix(lengthLimit + 1))
        guard (1...lengthLimit).contains(wanted.count) else { return nil }
        var best: (candidate: String, slips: Int)?
        for candidate in candidates {
            let slips = Spelling.slips(between: wanted, and: Array(candidate.utf8))
            let allowed = Spelling.allowedSlips(length: min(wanted.count, candidate.utf8.count))
            if slips <= allowed, slips < best?.slips ?? .max { best = (candidate, slips) }
        }
        if let best { return best.candidate }
        let longer = candidates.filter { $0.hasPrefix(word) }
        return longer.count == 1 ? longer.first : nil
    }
}
