// SPDX-License-Identifier: Apache-2.0

/// What a line of an agent's output comes to.
public enum AgentFinding: Hashable, Sendable {
    /// The agent named its session.
    case session(String)
    /// It said something: it is not silent.
    case spoke
    /// It gave a sign of life and no more: it waits, or tries again. Its silence goes on.
    case noise(String?)
    /// Work got forward.
    case progress(AgentProgress)
    /// A call of a tool failed or was refused; so many since the last progress.
    case toolFailed(inRow: Int)
    /// So many failed calls without progress that it is a loop, and what was said last.
    case loops(errors: Int, String?)
    /// So many tokens so far.
    case tokens(AgentTokens)
    /// It said its last word. It may say another one.
    case result(isSuccess: Bool, String?)
}

/// How far an attempt is.
public struct AgentProgress: Hashable, Sendable {
    /// So many lines of the attempt told of progress.
    public var steps: Int
    /// So much is done, where the agent says it.
    public var done: UInt64?
    /// Of so much, where the agent says it.
    public var total: UInt64?

    /// So many steps.
    public init(steps: Int = 0, done: UInt64? = nil, total: UInt64? = nil) {
        self.steps = steps
        self.done = done
        self.total = total
    }
}
