// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What models.toml says otherwise than the policy in force, after a rollback or a promotion: a person has to write
/// there what is in force, or the next edit brings the rest back too.
struct FileDifference {
    let session: Session

    /// Says it; nothing where the file says the same. That it cannot be told is no failure of what was done before.
    func say() {
        guard !session.wantsJSON, let plan = try? session.client.get(.policyPlan, as: PolicyPlan.init(json:)),
            let file = (try? session.client.get(.models, as: ModelsStatus.init(json:)))?.file
        else { return }
        let path = CleanText.of(file.source ?? file.path)
        if !plan.errors.isEmpty {
            session.out.line("\(path) is wrong: what is in force stays until it is right (hostctl model check)")
        }
        guard !plan.changes.isEmpty else { return }
        session.out.line(
            "\(path) still says otherwise, and goes before what is in force from its next edit on. Edit there:")
        session.out.lines(plan.changes.map { "  " + Self.text($0) })
        guard file.source == nil, let generation = plan.generation else { return }
        session.out.line(
            "or: hostctl model show --generation \(generation) > new.toml && hostctl model apply new.toml")
    }

    /// `tier.agent.model: a → b`, seen from what is in force, as what is to be edited.
    static func text(_ change: String) -> String {
        guard let colon = change.firstRange(of: ": ") else { return CleanText.of(change) }
        let sides = change[colon.upperBound...].split(separator: " → ", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return CleanText.of(change) }
        let path = CleanText.of(String(change[..<colon.lowerBound]))
        let (inForce, there) = (CleanText.of(String(sides[0])), CleanText.of(String(sides[1])))
        if there == "none" { return "\(path): add \(inForce)" }
        return inForce == "none" ? "\(path): take out \(there)" : "\(path): write \(inForce) for \(there)"
    }
}
