// SPDX-License-Identifier: Apache-2.0

/// What `GET /v1/services/NAME/logs` answers.
public struct LogLines: Hashable, Sendable {
    /// One line of output.
    public struct Line: Hashable, Sendable {
        /// When it arrived; nil when the index does not say.
        public var at: WallTime?
        /// The line without its end; bytes that are not UTF-8 are replaced.
        public var text: String

        /// A line.
        public init(at: WallTime?, text: String) {
            self.at = at
            self.text = text
        }

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            at = try fields.optionalTime("at")
            text = try fields.text("text")
        }

        var json: JSON { ["at": JSON(at?.text), "text": .string(text)] }
    }

    /// The lines, oldest first.
    public var lines: [Line]
    /// The beginning of a line that is not complete yet. `cursor` stands before it: the whole line comes again.
    public var rest: Line?
    /// Where they end: what to ask `after` next.
    public var cursor: String
    /// Whether these are all: with `lines`, none is older; else none is newer.
    public var isAll: Bool
    /// Whether stderr has a log of its own beside this one.
    public var hasStderr: Bool

    /// These lines.
    public init(lines: [Line], rest: Line? = nil, cursor: String, isAll: Bool = true, hasStderr: Bool = false) {
        self.lines = lines
        self.rest = rest
        self.cursor = cursor
        self.isAll = isAll
        self.hasStderr = hasStderr
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        lines = try fields.list("lines", Line.init)
        rest = try fields.optional("rest", Line.init)
        cursor = try fields.text("cursor")
        isAll = try fields.optionalBool("all") ?? true
        hasStderr = try fields.optionalBool("stderr") ?? false
    }

    /// The JSON form.
    public var json: JSON {
        [
            "lines": .array(lines.map(\.json)), "rest": rest?.json ?? .null, "cursor": .string(cursor),
            "all": .bool(isAll), "stderr": .bool(hasStderr),
        ]
    }
}
