// SPDX-License-Identifier: Apache-2.0

/// From when on a line counts as degraded. A line is judged by a long and a short window that must agree, so that one
/// bad minute does not count for ten; it is well again when the short one is below 60 % of all limits.
public enum NetworkLimits {
    /// Packet delay variation p90, in milliseconds; the usual median where that is longer.
    public static let pdv = 100.0
    /// The jitter of RFC 3550, in milliseconds.
    public static let jitter = 50.0
    /// The share of lost questions.
    public static let loss = 0.05
    /// The median, as so much of what is usual, and by so many milliseconds.
    public static let slowness = 1.5
    /// See `slowness`.
    public static let slownessMilliseconds = 30.0
    /// Fewer questions say nothing.
    static let fewest = 20
    /// One lost question says nothing.
    static let fewestLost = 2
    /// The share of the limits below which a line is well again.
    static let calm = 0.6

    /// The limit that these figures exceed, in words; nil for none. `scale` is the share of the limits that counts.
    static func exceeded(_ figures: NetworkFigures, usual: Double?, scale: Double = 1) -> String? {
        guard figures.asked >= fewest else { return nil }
        if figures.lost >= fewestLost, figures.loss > loss * scale { return "more than 5 % of the questions are lost" }
        guard let rtt = figures.rtt, let pdv = figures.pdvP90, let usual else { return nil }
        if pdv > max(Self.pdv, usual) * scale { return "1 of 10 answers is late by 100 ms or more" }
        // A single late answer moves the mean for long: it counts only where more of them are late.
        if figures.jitter > jitter * scale, pdv > jitter * scale { return "jitter above 50 ms" }
        if rtt > usual * (1 + (slowness - 1) * scale), rtt - usual > slownessMilliseconds * scale {
            return "answers take half again as long as usual"
        }
        return nil
    }
}
