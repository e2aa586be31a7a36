// SPDX-License-Identifier: Apache-2.0

/// A limit of a service, and how far it is from it.
public struct LimitStatus: Hashable, Sendable {
    /// The key below `limits`: `memory`, `memory_restart`, `memory_high`, `tasks`, `cpu`, `cpu_weight`, `io_weight`; or
    /// `sandbox` or `unit`, which are kept, or not, in the same way.
    public var name: String
    /// The limit as people write it: "4 GiB".
    public var limit: String
    /// What is used now; nil while that is not known.
    public var use: String?
    /// How it is kept on this host: `cgroup`, `polled`, `unit` or `unavailable`.
    public var means: String

    /// A limit.
    public init(name: String, limit: String, use: String? = nil, means: String) {
        self.name = name
        self.limit = limit
        self.use = use
        self.means = means
    }

    /// Reads the JSON form.
    public init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        name = try fields.text("name")
        limit = try fields.text("limit")
        use = try fields.optionalText("use")
        means = try fields.text("means")
    }

    /// The JSON form.
    public var json: JSON {
        ["name": .string(name), "limit": .string(limit), "use": JSON(use), "means": .string(means)]
    }
}
