// SPDX-License-Identifier: Apache-2.0

/// How far words are apart, for finding the one that was meant.
public enum Spelling {
    /// So many slips may part two words of which the shorter has `length` bytes.
    public static func allowedSlips(length: Int) -> Int {
        length < 3 ? 0 : max(1, length / 3)
    }

    /// Insertions, deletions, replacements and swaps of neighbours that part two words (the optimal string alignment
    /// distance).
    public static func slips(between left: [UInt8], and right: [UInt8]) -> Int {
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
