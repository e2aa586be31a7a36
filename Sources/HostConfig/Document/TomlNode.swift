// SPDX-License-Identifier: Apache-2.0

/// A value of a TOML file with its place.
struct TomlNode: Sendable {
    enum Value: Sendable {
        case table([TomlEntry])
        case array([TomlNode])
        case text(String)
        case integer(Int64)
        case decimal(Double)
        case flag(Bool)
        case date
    }

    let place: Place
    let value: Value

    /// The value as it would be written, for scalars.
    var written: String? {
        switch value {
        case .text(let text): quoted(text)
        case .integer(let integer): "\(integer)"
        case .decimal(let decimal): "\(decimal)"
        case .flag(let flag): "\(flag)"
        case .table, .array, .date: nil
        }
    }

    /// What stands here, for people: `"yes" is a string`.
    var whatStands: String {
        guard let written else { return "this is \(typeName)" }
        return "\(written) is \(typeName)"
    }

    /// The type with its article.
    var typeName: String {
        switch value {
        case .table: "a table"
        case .array: "an array"
        case .text: "a string"
        case .integer: "an integer"
        case .decimal: "a decimal number"
        case .flag: "a boolean"
        case .date: "a date or time of day"
        }
    }
}

/// A key of a table, with what stands behind it.
struct TomlEntry: Sendable {
    let key: String
    let keyPlace: Place
    let node: TomlNode
}
