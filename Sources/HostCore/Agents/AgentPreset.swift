// SPDX-License-Identifier: Apache-2.0

/// All that hostd knows of one agent CLI: how to start and resume it, and what its output means. Pure data.
public struct AgentPreset: Hashable, Sendable {
    /// What its output is.
    public enum Output: String, Hashable, Sendable, CaseIterable {
        /// A JSON object a line; other lines are text.
        case json
        /// Text.
        case text
    }

    /// What an attempt has to show to count as done.
    public enum Success: String, Hashable, Sendable, CaseIterable {
        /// A line that says so. Exit code 0 without one is an attempt that was cut off.
        case line
        /// Exit code 0, and no line that says it failed.
        case exit
    }

    /// What it is called.
    public var name: String
    /// Starts it on a task.
    public var command: ArgumentTemplate
    /// Goes on with its session; nil: it is started anew.
    public var resume: ArgumentTemplate?
    /// Variables of its environment; one with an empty variable in it is left out.
    public var environment: [String: TextTemplate]
    /// What it is told when it is resumed.
    public var onResume: PromptTemplate
    /// What it is told when it starts on a task that an earlier attempt, whose session is gone, has begun.
    public var handOver: PromptTemplate
    /// Where its session is.
    public var session: AgentSession
    /// What its output is.
    public var output: Output
    /// What its lines mean; the first that fits decides.
    public var lines: [AgentLineRule]
    /// What its lines say about tokens; all that fit are heard.
    public var tokens: [AgentTokenRule]
    /// What its lines say about calls of tools; all that fit are heard.
    public var tools: [AgentToolRule]
    /// What an attempt has to show.
    public var success: Success
    /// What its failures mean; the first that fits decides. What every program has in common comes after them.
    public var failures: [AgentFailureRule]
    /// The words that providers of models have for their failures count too, after `failures`.
    public var knowsProviders: Bool
    /// When it is taken to be stuck.
    public var stall: AgentStall
    /// How it is asked to end.
    public var stop: StopSpecification
    /// Conditions that must not be critical when it is launched.
    public var needs: [ConditionKind]
    /// A new commit at the HEAD of its working folder is progress, and a checkpoint.
    public var watchesGit: Bool

    /// What an agent is told on resuming, where its preset has no words of its own.
    public static let usualOnResume: PromptTemplate = [
        "Your run was cut off. Go on where you stopped.",
        "A tool call whose result you do not see may have done its work all the same: look before you do it again.",
        "Your last checkpoint: ${checkpoint}",
    ]

    /// What an agent is told that takes work over, where its preset has no words of its own.
    public static let usualHandOver: PromptTemplate = [
        """
        Somebody before you began the task below and was cut off. Look first at what is done, in the files and in the \
        history of the working folder: none of it is to be done again.
        """,
        "The last checkpoint: ${checkpoint}",
        "The task:",
        "${prompt}",
    ]

    /// A preset that starts `command`, with everything else at its default.
    public init(name: String, command: ArgumentTemplate) {
        self.name = name
        self.command = command
        environment = [:]
        onResume = Self.usualOnResume
        handOver = Self.usualHandOver
        session = AgentSession()
        output = .text
        lines = []
        tokens = []
        tools = []
        success = .exit
        failures = []
        knowsProviders = true
        stall = AgentStall()
        stop = StopSpecification()
        needs = []
        watchesGit = false
    }
}

/// When an agent is taken to be stuck.
public struct AgentStall: Hashable, Sendable {
    /// It has said nothing but signs of life for so long. Longer than the 405 s after which known stalls end by
    /// themselves.
    public var silence: Duration
    /// It has said nothing at all for so long, whatever its sockets and its CPU time say.
    public var hard: Duration
    /// So many failed or refused calls of tools without progress are a loop; 0: none are.
    public var errors: Int
    /// When it has said its last word, and for so long nothing more, it is ended. Some go on: work in the background of
    /// theirs has come to an end, and they have another last word.
    public var afterResult: Duration

    /// The given limits.
    public init(
        silence: Duration = .seconds(600), hard: Duration = .seconds(1800), errors: Int = 100,
        afterResult: Duration = .seconds(60)
    ) {
        self.silence = silence
        self.hard = hard
        self.errors = errors
        self.afterResult = afterResult
    }
}
