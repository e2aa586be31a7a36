// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What models.toml changes, for people.
struct PolicyPlanText {
    let plan: PolicyPlan
    let style: Style

    /// What is wrong with the file, one error a line.
    func errorLines() -> [String] { plan.errors.map { ErrorList.painted($0, style) } }

    /// What would change.
    func lines() -> [String] {
        guard !plan.changes.isEmpty else { return ["nothing changes\(inForce)"] }
        return ["\(count(plan.changes.count, "thing changes", "things change"))\(inForce)"] + below()
    }

    /// What has changed.
    func doneLines() -> [String] {
        guard !plan.changes.isEmpty else { return lines() }
        let generation = plan.generation.map { "generation \($0)" } ?? "taken over"
        return ["\(style.paint(generation, .strong)): \(count(plan.changes.count, "change", "changes"))"] + below()
    }

    private var inForce: String { plan.generation.map { " (generation \($0) is in force)" } ?? "" }

    private func below() -> [String] {
        var lines = plan.changes.map { "  " + CleanText.of($0) }
        if !plan.services.isEmpty { lines += ["services"] + plan.services.map { "  " + CleanText.of($0) } }
        if !plan.targets.isEmpty { lines += ["targets"] + plan.targets.map { "  " + CleanText.of($0) } }
        if plan.jobsUnderWay > 0 {
            let keep = plan.jobsUnderWay == 1 ? "keeps its model" : "keep their models"
            lines.append("\(count(plan.jobsUnderWay, "attempt", "attempts")) under way \(keep) until the next one")
        }
        return lines
    }

    private func count(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
}
