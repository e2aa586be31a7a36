// SPDX-License-Identifier: Apache-2.0

/// Finds the name that was meant by one that does not exist.
public enum Nearest {
    /// Longer words are no misspelling of anything.
    private static let lengthLimit = 48

    /// The candidate that `word` most likely means: a few slips away, or the only one that begins with it; nil when
    /// none is near.
    public static func to(_ word: String, among candidates: [String]) -> String? {
        let wanted = Array(word.utf8.prefix(lengthLimit + 1))
        guard (1...lengthLimit).contains(wanted.count) else { return nil }
        var best: (candidate: String, slips: Int)?
        for candidate in candidates {
            let slips = slips(wanted, Array(candidate.utf8))
            let shorter = min(wanted.count, candidate.utf8.count)
            let allowed = shorter < 3 ? 0 : max(1, shorter / 3)
            if slips <= allowed, slips < best?.slips ?? .max { best = (candidate, slips) }
        }
        if let best { return best.candidate }
        let longer = candidates.filter { $0.hasPrefix(word) }
        return longer.count == 1 ? longer.first : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours that part two words.
    private static func slips(_ left: [UInt8], _ right: [UInt8]) -> Int {
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var before: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            for column in 1...right.count {
                let isSame = left[row - 1] == right[column - 1]
                var best = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    best = min(best, before[column - 2] + 1)
                }
                current.append(best)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
