// SPDX-License-Identifier: Apache-2.0

/// Figures about models as people read them.
enum ModelFigures {
    /// "25.0 %".
    static func share(_ share: Double) -> String {
        guard share.isFinite else { return "-" }
        let tenths = Int64((min(max(share, 0), 1e9) * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }

    /// A share as the policy writes it: "5%", "0.25%".
    static func wanted(_ share: Double) -> String {
        let hundredths = Int64((min(max(share, 0), 1) * 10_000).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        guard rest > 0 else { return "\(whole)%" }
        return rest % 10 == 0 ? "\(whole).\(rest / 10)%" : "\(whole).\(rest < 10 ? "0" : "")\(rest)%"
    }

    /// "3 of 12 (25.0 %)".
    static func part(_ count: Int, of all: Int) -> String {
        all > 0 ? "\(count) of \(all) (\(share(Double(count) / Double(all))))" : "0 of 0"
    }

    /// "9841", "12.3k", "4.5M", "1.2G".
    static func tokens(_ count: Int64) -> String {
        switch count {
        case ..<10_000: "\(max(0, count))"
        case ..<1_000_000: tenths(count, of: 1_000) + "k"
        case ..<1_000_000_000: tenths(count, of: 1_000_000) + "M"
        default: tenths(count, of: 1_000_000_000) + "G"
        }
    }

    /// "$12.30", "<$0.01"; "-" for a model without a price.
    static func dollars(_ amount: Double?) -> String {
        guard let amount, amount.isFinite else { return "-" }
        let cents = Int64((min(max(amount, 0), 1e12) * 100).rounded())
        if cents == 0 { return amount > 0 ? "<$0.01" : "$0.00" }
        return "$\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }

    /// How much more or less it is than before: "+12 %", "-8 %", "x14" from tenfold on, "new"; "-" where there is
    /// nothing to compare.
    static func change(_ amount: Double?, from before: Double?) -> String {
        guard let amount, let before, amount.isFinite, before.isFinite else { return "-" }
        guard before > 0 else { return amount > 0 ? "new" : "-" }
        let ratio = min(amount / before, 1e9)
        if ratio >= 10 { return "x\(Int64(ratio.rounded()))" }
        let percent = Int64(((ratio - 1) * 100).rounded())
        return "\(percent > 0 ? "+" : "")\(percent) %"
    }

    private static func tenths(_ count: Int64, of unit: Int64) -> String {
        let tenths = count / (unit / 10)
        return "\(tenths / 10).\(tenths % 10)"
    }
}
