// SPDX-License-Identifier: Apache-2.0

/// What a kind of line of an agent's output means.
public struct AgentLineRule: Hashable, Sendable {
    /// What follows from it.
    public enum Meaning: String, Hashable, Sendable, CaseIterable {
        /// Work got forward: a tool has done something, a commit was made.
        case progress
        /// It says something, and nothing is finished by that.
        case speech
        /// A sign of life and no more: it waits, or tries again. Silence goes on.
        case noise
        /// A tool failed or was refused. Many of them without progress are a loop.
        case error
        /// Something that a later failure comes from; it is kept in mind to the end.
        case trouble
        /// The last word: it is done.
        case success
        /// The last word: it could not do it.
        case failure
    }

    /// What follows from it.
    public var meaning: Meaning
    /// Which lines are meant.
    public var condition: LineCondition
    /// Where the words for people stand, the first that is there; of a line that is no JSON it is all of it.
    public var words: [FieldPath]
    /// Where it says how much is done.
    public var done: FieldPath?
    /// Where it says how much there is to do.
    public var total: FieldPath?

    /// Lines that fit `condition` mean `meaning`.
    public init(
        _ meaning: Meaning, _ condition: LineCondition, words: [FieldPath] = [], done: FieldPath? = nil,
        total: FieldPath? = nil
    ) {
        self.meaning = meaning
        self.condition = condition
        self.words = words
        self.done = done
        self.total = total
    }

    /// What `line` says to people.
    func words(of line: AgentLine) -> String? {
        if case .text(let text) = line { return text }
        for path in words {
            if let text = line.value(at: path)?.words { return text }
        }
        return nil
    }
}

/// Where lines say how many tokens were used.
public struct AgentTokenRule: Hashable, Sendable {
    /// Which lines are meant.
    public var condition: LineCondition
    /// Where the name of what the tokens were used for stands: lines of one name are counted once, the last one.
    public var id: FieldPath?
    /// Where counts of tokens that went in stand; they are added.
    public var input: [FieldPath]
    /// The same for tokens that came out.
    public var output: [FieldPath]
    /// The counts are those of the whole attempt so far, and not to be added to others.
    public var isTotal: Bool

    /// Lines that fit `condition` tell of tokens.
    public init(
        _ condition: LineCondition, id: FieldPath? = nil, input: [FieldPath] = [], output: [FieldPath] = [],
        isTotal: Bool = false
    ) {
        self.condition = condition
        self.id = id
        self.input = input
        self.output = output
        self.isTotal = isTotal
    }
}

/// Where lines tell of calls of tools: each value that is meant counts as one, also where a line has several.
public struct AgentToolRule: Hashable, Sendable {
    /// Which lines are meant.
    public var condition: LineCondition
    /// Each of these values is a call.
    public var calls: [LineCondition.Values]
    /// Each of these values is a call that failed or was refused.
    public var failures: [LineCondition.Values]

    /// Lines that fit `condition` tell of calls.
    public init(
        _ condition: LineCondition, calls: [LineCondition.Values] = [], failures: [LineCondition.Values] = []
    ) {
        self.condition = condition
        self.calls = calls
        self.failures = failures
    }
}

/// Tokens that an attempt has used.
public struct AgentTokens: Hashable, Sendable {
    /// Those that went in, from a cache or not.
    public var input: UInt64
    /// Those that came out.
    public var output: UInt64

    /// So many tokens.
    public init(input: UInt64 = 0, output: UInt64 = 0) {
        self.input = input
        self.output = output
    }

    /// Both together.
    static func + (left: AgentTokens, right: AgentTokens) -> AgentTokens {
        AgentTokens(input: left.input &+ right.input, output: left.output &+ right.output)
    }
}
