// SPDX-License-Identifier: Apache-2.0

/// What every refused or failed request answers.
public struct ErrorAnswer: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var error: String
    /// What would be right: the nearest name, the methods that are possible.
    public var hint: String?

    /// An error.
    public init(_ error: String, hint: String? = nil) {
        self.error = error
        self.hint = hint
    }

    /// "no service \"gatway\" (did you mean gateway?)".
    public var description: String { hint.map { "\(error) (\($0))" } ?? error }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        error = try fields.text("error")
        hint = try fields.optionalText("hint")
    }

    /// The JSON form.
    public var json: JSON { ["error": .string(error), "hint": JSON(hint)] }
}
