// SPDX-License-Identifier: Apache-2.0

/// Chooses jobs by their key, so that all hosts with the same policy choose the same ones.
public enum LineageBucket {
    /// So many buckets there are.
    public static let count = 10_000

    /// The bucket of `key` for a candidate: FNV-1a of both, 64 bits, with a zero byte between them, its bits mixed as
    /// those of SplitMix64 are, and of that number the part above 2⁶⁴ of its product with the count.
    public static func of(_ key: String, candidate: String) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in Array(candidate.utf8) + [0] + Array(key.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        var mixer = SplitMix64(seed: hash)
        return Int(mixer.next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
