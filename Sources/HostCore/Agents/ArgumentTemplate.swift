// SPDX-License-Identifier: Apache-2.0

/// A command with variables in its arguments.
///
/// A group, `["--model", "${model}"]`, is left out as a whole when one of its variables is empty. Anywhere else an
/// empty variable is an error: `claude --resume ""` would wait for somebody to choose. `${arguments}` alone stands for
/// the further arguments of the job, of which there may be none. No shell looks at any of it.
public struct ArgumentTemplate: Hashable, Sendable {
    /// What stands at one place of a command.
    public enum Item: Hashable, Sendable {
        /// One argument.
        case argument(TextTemplate)
        /// Arguments that are there together or not at all.
        case group([TextTemplate])
        /// The further arguments of the job.
        case arguments
    }

    /// How further arguments are written.
    public static let arguments = "${arguments}"

    /// The items, in order.
    public var items: [Item]

    /// A command of `items`.
    public init(_ items: [Item]) {
        self.items = items
    }

    /// The words of the command.
    public func words(_ values: TemplateValues) throws(TemplateError) -> [String] {
        var words: [String] = []
        for item in items {
            switch item {
            case .argument(let argument):
                if let variable = argument.emptyVariable(values) { throw .empty(variable) }
                words.append(argument.filled(values))
            case .group(let arguments):
                if arguments.allSatisfy({ $0.emptyVariable(values) == nil }) {
                    words += arguments.map { $0.filled(values) }
                }
            case .arguments: words += values.arguments
            }
        }
        guard let program = words.first, !program.isEmpty else { throw .noProgram }
        for word in words {
            guard !word.utf8.contains(0) else { throw .nul }
            guard word.utf8.count <= TemplateError.longestArgument else { throw .tooLong(bytes: word.utf8.count) }
        }
        return words
    }
}
