// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The model policy in one line of the host's page: its tiers with their models, and what is tried.
struct PolicyLine {
    /// Of more tiers their number is enough.
    private static let tierLimit = 6

    let policy: PolicyStatus
    let style: Style

    /// Nothing where no policy is in force.
    func lines() -> [String] {
        guard policy.generation != nil || policy.name != nil else { return [] }
        let name = policy.name.flatMap { $0.isEmpty ? nil : " " + CleanText.of($0) } ?? ""
        let head = "policy\(name) (generation \(policy.generation ?? 0))"
        let members: [JSON.Member] = if case .object(let members) = policy.tiers { members } else { [] }
        var tiers = members.prefix(Self.tierLimit).map { text($0.key, $0.value) }
        if members.count > tiers.count { tiers.append("\(members.count - tiers.count) more") }
        let line = tiers.isEmpty ? head : head + "  " + tiers.joined(separator: ", ")
        return [style.columns.map { style.cut(line, $0) } ?? line]
    }

    /// "agent deepseek/deepseek-v4-flash (5% tencent/hy3-preview)".
    private func text(_ tier: String, _ value: JSON) -> String {
        let model = CleanText.of("\(tier) \(value["model"]?.text ?? "-")")
        guard let gray = value["gray"], let candidate = gray["model"]?.text else { return model }
        let share =
            switch gray["share"] {
            case .number(let share)?: ModelFigures.wanted(share) + " "
            case .integer(let share)?: ModelFigures.wanted(Double(share)) + " "
            default: ""
            }
        return "\(model) (\(share)\(CleanText.of(candidate)))"
    }
}
