// SPDX-License-Identifier: Apache-2.0

extension AgentPreset {
    /// How an attempt begins.
    public enum Start: Hashable, Sendable {
        /// On the task.
        case fresh
        /// In the session of an earlier attempt.
        case resumed
        /// On the task that an earlier attempt has begun, in a session of its own.
        case handedOver
    }

    /// How the next attempt begins. `session` is the name that is known of it, `isSessionThere` whether its file is
    /// (any value where the preset names none), `attempts` how many were launched before, and `hasBegun` whether one of
    /// them got forward. After one that said that its session is gone `session` is nil, and a chosen one gets another
    /// name.
    public func start(session: String?, isSessionThere: Bool, attempts: Int, hasBegun: Bool) -> Start {
        guard attempts > 0 else { return .fresh }
        let anew: Start = hasBegun ? .handedOver : .fresh
        guard resume != nil else { return anew }
        if self.session.origin == .none { return .resumed }
        guard session != nil else { return anew }
        return self.session.file == nil || isSessionThere ? .resumed : anew
    }

    /// The words of the command for an attempt. `${prompt}` in `values` is the task; what the agent is told besides or
    /// instead comes from the preset.
    public func words(_ start: Start, _ values: TemplateValues) throws(TemplateError) -> [String] {
        switch start {
        case .fresh: return try command.words(values)
        case .handedOver: return try command.words(telling(handOver, values))
        case .resumed:
            guard let resume else { return try command.words(telling(handOver, values)) }
            return try resume.words(telling(onResume, values))
        }
    }

    /// The variables of its environment for an attempt.
    public func variables(_ values: TemplateValues) -> [String: String] {
        environment.compactMapValues { $0.emptyVariable(values) == nil ? $0.filled(values) : nil }
    }

    private func telling(_ prompt: PromptTemplate, _ values: TemplateValues) -> TemplateValues {
        let text = prompt.filled(values)
        guard !text.isEmpty else { return values }
        var values = values
        values[.prompt] = text
        return values
    }
}
