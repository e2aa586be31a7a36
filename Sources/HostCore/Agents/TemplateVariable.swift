// SPDX-License-Identifier: Apache-2.0

/// What `${…}` may name in the commands, prompts and paths of jobs.
public enum TemplateVariable: String, Hashable, Sendable, CaseIterable {
    /// What the agent is told.
    case prompt
    /// The session that it works in.
    case session
    /// The model that the policy chose.
    case model
    /// The last checkpoint that the job told of.
    case checkpoint
    /// Which attempt this is, from 1.
    case attempt
    /// The number of the job.
    case job
    /// The working folder.
    case directory
    /// The working folder as one word, as Claude Code names the folder of its sessions: `-srv-repo`.
    case slug

    /// `${session}`
    public var reference: String { "${\(rawValue)}" }
}

/// What the variables of one launch stand for. A variable that nothing is known of is empty.
public struct TemplateValues: Hashable, Sendable {
    /// Further arguments of the job, which stand where a command has `${arguments}`.
    public var arguments: [String]
    /// The model of each tier, `${model.TIER}`.
    public var models: [String: String] = [:]
    private var texts: [TemplateVariable: String]

    /// The given values; `${slug}` comes from `${directory}`.
    public init(_ texts: [TemplateVariable: String] = [:], arguments: [String] = []) {
        self.texts = texts
        self.arguments = arguments
    }

    /// What a variable stands for; empty when nothing is known.
    public subscript(variable: TemplateVariable) -> String {
        get { variable == .slug ? DirectorySlug.text(texts[.directory] ?? "") : texts[variable] ?? "" }
        set { texts[variable] = newValue }
    }
}
