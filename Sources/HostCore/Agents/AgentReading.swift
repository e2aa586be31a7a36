// SPDX-License-Identifier: Apache-2.0

/// Reads the output of one attempt by what a preset knows, and judges it at the end.
///
/// It holds nothing that the output does not say: after a restart of hostd the same lines, read anew from the beginning
/// of the attempt, make the same reading.
public struct AgentReading: Hashable, Sendable {
    /// Lines that are kept in mind for the verdict, since the last progress.
    static let memory = 20
    /// Lines of trouble that are kept to the end.
    static let troubleMemory = 4

    /// A line that says how it ended.
    struct LastWord: Hashable, Sendable {
        let isSuccess: Bool
        let evidence: AgentEvidence
    }

    /// By what it is read.
    public let preset: AgentPreset
    /// The session that the agent named.
    public private(set) var session: String?
    /// How far it is.
    public private(set) var progress = AgentProgress()
    /// When it last got forward; nil before the first time.
    public private(set) var progressAt: Instant?
    /// When it last said more than a sign of life; nil before the first time.
    public private(set) var spokeAt: Instant?
    /// Failed calls of tools since the last progress.
    public private(set) var errorsInRow = 0
    /// It was found to loop since its last progress.
    public private(set) var isLooping = false
    /// Tokens so far.
    public var tokens: AgentTokens { totalTokens ?? (settledTokens + openTokens) }

    /// Calls of tools so far.
    public private(set) var toolCalls: UInt64 = 0
    /// Those of them that failed.
    public private(set) var toolFailures: UInt64 = 0
    /// What it has used so far; nil where the preset can tell nothing of that.
    public var usage: AttemptUsage? {
        guard !preset.tokens.isEmpty || !preset.tools.isEmpty else { return nil }
        return AttemptUsage(
            tokensInput: tokens.input, tokensOutput: tokens.output, toolCalls: toolCalls, toolFailures: toolFailures)
    }

    /// The last word, when there was one.
    private(set) var lastWord: LastWord?
    /// What was said last, for people.
    private(set) var lastWords: String?
    /// What may say why it fails: trouble, then the newest lines first.
    var evidence: [AgentEvidence] { trouble.reversed() + recent.reversed() }

    private var trouble: [AgentEvidence] = []
    private var recent: [AgentEvidence] = []
    private var totalTokens: AgentTokens?
    private var settledTokens = AgentTokens()
    private var openTokens = AgentTokens()
    private var openId: String?

    /// A reading of an attempt that has said nothing yet.
    public init(_ preset: AgentPreset) {
        self.preset = preset
    }

    /// Takes the next line.
    public mutating func handle(_ line: AgentLine, at now: Instant) -> [AgentFinding] {
        countTools(line)
        return findSession(line) + countTokens(line) + understand(line, at: now)
    }

    private mutating func understand(_ line: AgentLine, at now: Instant) -> [AgentFinding] {
        guard let rule = preset.lines.first(where: { $0.condition.holds(for: line) }) else {
            if case .text(let text) = line {
                guard text.contains(where: { !$0.isWhitespace }) else { return [] }
                keep(line, words: text)
                lastWords = AgentWords.cut(text, to: AgentWords.limit)
            }
            return spoke(now)
        }
        let words = rule.words(of: line).map { AgentWords.cut($0, to: AgentWords.limit) }
        switch rule.meaning {
        case .progress:
            lastWords = words ?? lastWords
            return spoke(now) + [advance(rule, line, at: now)]
        case .speech:
            lastWords = words ?? lastWords
            if case .text = line { keep(line, words: words) }
            return spoke(now)
        case .noise:
            keep(line, words: words)
            return [.noise(words.map(AgentWords.reason))]
        case .error: return spoke(now) + failTool(words)
        case .trouble:
            trouble.append(AgentEvidence(line: line, words: words))
            if trouble.count > Self.troubleMemory { trouble.removeFirst() }
            return spoke(now)
        case .success, .failure:
            let isSuccess = rule.meaning == .success
            lastWord = LastWord(isSuccess: isSuccess, evidence: AgentEvidence(line: line, words: words))
            return spoke(now) + [.result(isSuccess: isSuccess, words.map(AgentWords.shown))]
        }
    }

    private mutating func spoke(_ now: Instant) -> [AgentFinding] {
        spokeAt = now
        return [.spoke]
    }

    private mutating func advance(_ rule: AgentLineRule, _ line: AgentLine, at now: Instant) -> AgentFinding {
        progress.steps += 1
        if let done = rule.done.flatMap({ line.value(at: $0)?.count }) { progress.done = done }
        if let total = rule.total.flatMap({ line.value(at: $0)?.count }) { progress.total = total }
        progressAt = now
        errorsInRow = 0
        isLooping = false
        recent = []
        // It went on in spite of what it said.
        if lastWord?.isSuccess == false { lastWord = nil }
        return .progress(progress)
    }

    private mutating func failTool(_ words: String?) -> [AgentFinding] {
        errorsInRow += 1
        lastWords = words ?? lastWords
        let limit = preset.stall.errors
        guard limit > 0, errorsInRow.isMultiple(of: limit) else { return [.toolFailed(inRow: errorsInRow)] }
        isLooping = true
        return [.toolFailed(inRow: errorsInRow), .loops(errors: errorsInRow, words.map(AgentWords.reason))]
    }

    private mutating func keep(_ line: AgentLine, words: String?) {
        let words = words.map { AgentWords.cut($0, to: AgentWords.limit) }
        // Of a text the words say it all.
        let kept = if case .text = line { AgentLine.text("") } else { line }
        recent.append(AgentEvidence(line: kept, words: words))
        if recent.count > Self.memory { recent.removeFirst() }
    }

    private mutating func findSession(_ line: AgentLine) -> [AgentFinding] {
        guard preset.session.origin == .output, let path = preset.session.value,
            preset.session.condition.holds(for: line), case .text(let name)? = line.value(at: path),
            AgentSession.isName(name), name != session
        else { return [] }
        session = name
        return [.session(name)]
    }

    private mutating func countTools(_ line: AgentLine) {
        for rule in preset.tools where rule.condition.holds(for: line) {
            toolCalls &+= line.count(rule.calls)
            toolFailures &+= line.count(rule.failures)
        }
    }

    private mutating func countTokens(_ line: AgentLine) -> [AgentFinding] {
        let before = tokens
        for rule in preset.tokens where rule.condition.holds(for: line) {
            let sum: ([FieldPath]) -> UInt64 = { paths in
                paths.reduce(0) { $0 &+ (line.value(at: $1)?.count ?? 0) }
            }
            let count = AgentTokens(input: sum(rule.input), output: sum(rule.output))
            if rule.isTotal {
                if count != AgentTokens() { totalTokens = count }
                continue
            }
            let id = rule.id.flatMap { line.value(at: $0)?.words }
            if id == nil || id != openId { settledTokens = settledTokens + openTokens }
            openId = id
            openTokens = count
        }
        return tokens == before ? [] : [.tokens(tokens)]
    }
}
