// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// What is asked about models.
extension Target {
    static let models = Target(["models"])

    static let policyPlan = Target(["models", "plan"])

    static let applyPolicy = Target(["models", "apply"])

    static let rollBackPolicy = Target(["models", "rollback"])

    static let promoteCandidate = Target(["models", "promote"])

    static let abandonCandidate = Target(["models", "abandon"])

    static func generation(_ number: Int64) -> Target { Target(["models", "generations", "\(number)"]) }

    /// The newest rows of the audit, those before row `before` where it is given.
    static func policyHistory(limit: Int, before: Int64? = nil, verify: Bool = false) -> Target {
        Target(
            ["models", "history"],
            [("limit", "\(limit)"), ("before", before.map { "\($0)" }), ("verify", verify ? "true" : nil)])
    }

    static func modelReport(days: Int) -> Target { Target(["models", "report"], [("days", "\(days)")]) }

    static func modelReport(from: WallTime, to: WallTime) -> Target {
        Target(["models", "report"], [("from", from.text), ("to", to.text)])
    }
}
