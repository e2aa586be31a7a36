// SPDX-License-Identifier: Apache-2.0

/// Numbers of rankings as people read them.
public enum BoardText {
    /// What has to be said of every ranking.
    public static let caution =
        "Token counts of different tokenizers are not comparable; popularity is not quality."

    /// Who says so, as rankings want to be cited.
    public static func citation(_ snapshot: BoardSnapshot) -> String {
        let asOf = snapshot.asOf.isEmpty ? snapshot.date : snapshot.asOf
        let licence = snapshot.source == BoardReader.openRouter ? " (CC BY 4.0)" : ""
        return "Source: \(snapshot.source), as of \(asOf)\(licence)."
    }

    /// "18.2T", "940M", "12".
    public static func tokens(_ count: Int64) -> String {
        for (unit, size) in [("T", 1e12), ("B", 1e9), ("M", 1e6), ("k", 1e3)] where Double(count) >= size {
            return decimal(Double(count) / size) + unit
        }
        return "\(count)"
    }

    /// "8.1 %", "+8.1 %", "-3.0 %".
    public static func percent(_ share: Double, isSigned: Bool = false) -> String {
        let tenths = (share * 1000).rounded()
        guard tenths.magnitude < 1e9 else { return tenths < 0 ? "-many %" : "+many %" }
        let sign = tenths < 0 ? "-" : isSigned ? "+" : ""
        let whole = Int64(tenths.magnitude)
        return "\(sign)\(whole / 10).\(whole % 10) %"
    }

    /// The change in one line, for an alert.
    public static func summary(_ change: BoardChange, missing: [String]) -> String {
        let now = change.now
        var parts = ["week to \(now.date): \(tokens(now.total)) tokens"]
        if let growth = change.growth { parts[0] += " (\(percent(growth, isSigned: true)))" }
        if let first = change.places.first {
            let was = first.was.map { $0 == 1 ? "" : ", was \($0)" } ?? (change.before == nil ? "" : ", new")
            parts.append("first \(first.model) (\(percent(first.share))\(was))")
        }
        let new = change.before == nil ? [] : change.places.filter { ($0.was ?? .max) > BoardChange.top }
        if !new.isEmpty { parts.append("new in the top 10: " + listed(new.map(\.model))) }
        if !change.gone.isEmpty { parts.append("gone from it: " + listed(change.gone.map(\.model))) }
        let climbers = change.climbers.map { "\($0.model) \(percent($0.growth ?? 0, isSigned: true))" }
        if !climbers.isEmpty { parts.append("climbers: " + listed(climbers)) }
        if !missing.isEmpty { parts.append("of this host not on it: " + listed(missing)) }
        return parts.joined(separator: "; ") + ". " + citation(now) + " " + caution
    }

    private static func listed(_ names: [String]) -> String {
        names.count <= 5
            ? names.joined(separator: ", ") : names.prefix(5).joined(separator: ", ") + " and \(names.count - 5) more"
    }

    private static func decimal(_ value: Double) -> String {
        guard value < 99.95 else { return "\(Int64(value.rounded()))" }
        let tenths = Int64((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
