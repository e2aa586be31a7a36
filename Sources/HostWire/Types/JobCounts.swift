// SPDX-License-Identifier: Apache-2.0

/// How many jobs are in which state.
public struct JobCounts: Hashable, Sendable {
    /// The states in the order of the contract.
    public static let states = ["queued", "waiting", "running", "stalled", "held", "succeeded", "failed", "cancelled"]

    /// The number of jobs by state; a state that is missing has none.
    public var byState: [String: Int]

    /// These numbers; without argument, no jobs.
    public init(_ byState: [String: Int] = [:]) {
        self.byState = byState
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        byState = [:]
        for state in Self.states {
            let count = try fields.optionalInteger(state, as: Int.self) ?? 0
            if count != 0 { byState[state] = count }
        }
    }

    var json: JSON {
        .object(Self.states.map { JSON.Member(key: $0, value: JSON(byState[$0] ?? 0)) })
    }
}
