// SPDX-License-Identifier: Apache-2.0

/// One request, complete and within its limits.
public nonisolated struct ControlRequest: Sendable {
    /// `GET`, `POST` …
    public var method: String
    /// The parts of the path, decoded: `["v1", "services", "gateway"]`.
    public var path: [String]
    /// The query, decoded; a key without `=` has an empty value.
    public var query: [String: String]
    /// The header by the names of its fields in small letters.
    public var fields: [String: String]
    /// The body.
    public var body: [UInt8]
    /// Who asks.
    public var peer: ControlPeer
    /// Whether the peer may change things, not only look.
    public var mayChange: Bool

    /// A request.
    public init(
        method: String, path: [String], query: [String: String] = [:], fields: [String: String] = [:],
        body: [UInt8] = [], peer: ControlPeer, mayChange: Bool = true
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.peer = peer
        self.mayChange = mayChange
    }

    /// Whether the client would rather have `type` than anything else: it names it in its Accept field.
    public func accepts(_ type: String) -> Bool {
        let ranges = (fields["accept"] ?? "").lowercased().split(separator: ",")
        return ranges.contains { $0.prefix { $0 != ";" }.trimmingPrefix { $0 == " " }.prefix { $0 != " " } == type }
    }
}
