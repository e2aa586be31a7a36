// SPDX-License-Identifier: Apache-2.0

/// One thing that is wrong with a configuration file.
public struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file, as its reader was told.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int
    /// What is wrong, and what would be right in parentheses; values of environment variables never stand in it.
    public let message: String

    /// An error at the given place.
    public init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file:line:column: message`
    public var description: String { "\(file):\(line):\(column): \(message)" }
}

/// Everything that is wrong with the configuration files.
public struct ConfigurationErrors: Error, Equatable, Sendable, CustomStringConvertible {
    /// The errors by file (in the order of reading), line and column: at least one, at most `limit`.
    public let errors: [ConfigurationError]
    /// So many more were found and not kept.
    public let omitted: Int

    /// So many errors are kept.
    public static let limit = 200

    /// The given errors, already sorted.
    public init(errors: [ConfigurationError], omitted: Int = 0) {
        self.errors = errors
        self.omitted = omitted
    }

    /// One error a line.
    public var description: String {
        var lines = errors.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}
