// SPDX-License-Identifier: Apache-2.0

/// The Node version that everything runs on.
public struct NodeStatus: Hashable, Sendable {
    /// The pinned version; nil when none is.
    public var pinned: String?
    /// Where it is.
    public var path: String?
    /// Whether what runs is what is pinned.
    public var ok: Bool
    /// What is wrong; empty when nothing is.
    public var reason: String

    /// A pin; without arguments, none.
    public init(pinned: String? = nil, path: String? = nil, ok: Bool = true, reason: String = "") {
        self.pinned = pinned
        self.path = path
        self.ok = ok
        self.reason = reason
    }

    init(json: JSON, at place: String) throws(JSONError) {
        let fields = try Fields(json, at: place)
        pinned = try fields.optionalText("pinned")
        path = try fields.optionalText("path")
        ok = try fields.bool("ok")
        reason = try fields.optionalText("reason") ?? ""
    }

    var json: JSON {
        ["pinned": JSON(pinned), "path": JSON(path), "ok": .bool(ok), "reason": .string(reason)]
    }
}
