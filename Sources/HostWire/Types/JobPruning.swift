// SPDX-License-Identifier: Apache-2.0

/// What `POST /v1/jobs/prune` is told: which jobs that are over may be forgotten.
public struct JobPruning: Hashable, Sendable {
    /// These; nil: all that are old enough.
    public var ids: [Int64]?
    /// Those that have been over for so long, in seconds.
    public var olderSeconds: UInt32?
    /// Those in these states alone; empty: all.
    public var states: [String]

    /// Jobs to be forgotten.
    public init(ids: [Int64]? = nil, olderSeconds: UInt32? = nil, states: [String] = []) {
        self.ids = ids
        self.olderSeconds = olderSeconds
        self.states = states
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        try fields.allow(only: ["ids", "older_s", "states"])
        if fields.value("ids") != .null {
            ids = try fields.list("ids") { json, place throws(JSONError) in
                guard case .integer(let number) = json else { throw JSONError("\(place) is no number of a job") }
                return number
            }
        }
        olderSeconds = try fields.optionalInteger("older_s")
        states = try fields.texts("states")
        guard ids != nil || olderSeconds != nil else { throw JSONError("neither ids nor older_s is there") }
    }

    /// The JSON form.
    public var json: JSON {
        [
            "ids": ids.map { .array($0.map { .integer($0) }) } ?? .null, "older_s": JSON(olderSeconds),
            "states": .array(states.map { .string($0) }),
        ]
    }
}
