// SPDX-License-Identifier: Apache-2.0

/// What follows from a kind of failure. All that is given must hold; of several values one is enough.
public struct AgentFailureRule: Hashable, Sendable {
    /// What follows, as the configuration writes it.
    public enum Class: String, Hashable, Sendable, CaseIterable {
        /// Another attempt would end in the same way.
        case permanent
        /// Not the job's doing: it is tried again, and does not count.
        case disruption
        /// It is tried again, and counts.
        case counted
        /// There is no such session: the next attempt starts afresh.
        case sessionGone = "session-gone"
    }

    /// What follows.
    public var `class`: Class
    /// These exit codes; all if empty.
    public var exits: Set<Int32>
    /// These signals; all if empty.
    public var signals: Set<Int32>
    /// A JSON line that is kept in mind.
    public var condition: LineCondition
    /// Texts in what the last word says, in what led to it, or in lines that are no JSON.
    public var text: [TextNeedle]
    /// Only of an attempt that was to resume, or only of one that was not; nil: of both.
    public var resumed: Bool?
    /// Only when it ran no longer.
    public var within: Duration?
    /// No sooner than after this time, where the line itself names none.
    public var retryAfter: Duration?
    /// Where the line says after how many seconds.
    public var retryAfterAt: FieldPath?
    /// The model can be blamed.
    public var blamesModel: Bool
    /// The provider refused the model, or the key for it.
    public var isRefusal: Bool
    /// What it means, for people; nil: what was said says it.
    public var reason: String?

    /// A failure of `class` by the given signs.
    public init(
        _ class: Class, exits: Set<Int32> = [], signals: Set<Int32> = [], condition: LineCondition = LineCondition(),
        text: [TextNeedle] = [], resumed: Bool? = nil, within: Duration? = nil, retryAfter: Duration? = nil,
        retryAfterAt: FieldPath? = nil, blamesModel: Bool = false, isRefusal: Bool = false,
        reason: String? = nil
    ) {
        self.class = `class`
        self.exits = exits
        self.signals = signals
        self.condition = condition
        self.text = text
        self.resumed = resumed
        self.within = within
        self.retryAfter = retryAfter
        self.retryAfterAt = retryAfterAt
        self.blamesModel = blamesModel
        self.isRefusal = isRefusal
        self.reason = reason
    }

    /// What it says of the model.
    var blame: AttemptFailure.Blame {
        switch (isRefusal, blamesModel) {
        case (true, true): .refused
        case (true, false): .refusedKey
        case (false, true): .answers
        case (false, false): .none
        }
    }

    /// It looks at what was said, and not at the end of the process alone.
    public var wantsLine: Bool { condition.wantsFields || !text.isEmpty }

    /// Whether the end of the process fits.
    func fits(_ status: ExitStatus, resumed: Bool, ranFor: Duration) -> Bool {
        if let wanted = self.resumed, wanted != resumed { return false }
        if let within, ranFor > within { return false }
        guard !exits.isEmpty || !signals.isEmpty else { return true }
        switch status {
        case .code(let code): return exits.contains(code)
        case .signal(let signal): return signals.contains(signal)
        case .failedToStart, .unknown: return false
        }
    }

    /// Whether what was said fits.
    func fits(_ evidence: AgentEvidence) -> Bool {
        if condition.wantsFields, !condition.holds(for: evidence.line) { return false }
        guard !text.isEmpty else { return condition.wantsFields }
        guard let words = evidence.words else { return false }
        let folded = TextNeedle.folded(words)
        return text.contains { $0.isIn(folded) }
    }
}

/// A line that is kept in mind, since it may say why the attempt fails.
struct AgentEvidence: Hashable, Sendable {
    let line: AgentLine
    let words: String?
}
