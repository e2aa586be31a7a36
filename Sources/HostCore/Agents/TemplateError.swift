// SPDX-License-Identifier: Apache-2.0

/// Why a template is none, or why nothing can be made of it.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `${name}` names no variable; what stands in the braces may be a secret and is not shown.
    case unknownVariable
    /// A `${` without its `}`.
    case unclosed
    /// A variable is empty in an argument that cannot be left out.
    case empty(TemplateVariable)
    /// Nothing is left of the command.
    case noProgram
    /// An argument has so many bytes, which the kernel does not take.
    case tooLong(bytes: Int)
    /// A value has a NUL in it, which no argument can carry.
    case nul

    /// The longest argument that Linux takes, in bytes (MAX_ARG_STRLEN without its NUL).
    public static let longestArgument = 131_071

    /// What is wrong, and what would be right.
    public var description: String {
        switch self {
        case .unknownVariable:
            "\"${…}\" is none of \(Self.known) (write \"$${\" for a literal \"${\")"
        case .unclosed: "\"${\" has no \"}\" (write \"$${\" for a literal \"${\")"
        case .empty(let variable):
            "\"\(variable.reference)\" is empty (give it, or put the argument with its flag into an array of its own)"
        case .noProgram: "no command is left (write [\"program\", \"argument\"])"
        case .tooLong(let bytes):
            "an argument has \(bytes) bytes (at most \(Self.longestArgument): put the text into a file and name that)"
        case .nul: "an argument has a NUL character in it (leave it out)"
        }
    }

    private static let known = TemplateVariable.allCases.map(\.reference).joined(separator: ", ")
}
