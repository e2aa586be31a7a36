// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostWire

/// Why a submission makes no job, in words for the one who submitted it.
nonisolated struct SubmissionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, with the value and place.
    let description: String
    /// What would be right.
    var hint: String?
    /// What it is an answer to: 400, 403 or 404.
    var status = 400

    init(_ description: String, hint: String? = nil, status: Int = 400) {
        self.description = description
        self.hint = hint
        self.status = status
    }
}

/// A submission laid over its kind: what is given wins.
nonisolated enum SubmittedJob {
    /// What the job is, as a kind of its own.
    static func kind(
        _ submission: JobSubmission, uid: UInt32, kinds: [KindSpecification]
    ) throws(SubmissionError) -> KindSpecification {
        var kind = try base(submission.kind, kinds)
        try checkRights(submission, kind, uid)
        if let command = submission.command { kind.command = command }
        if let resume = submission.resume { kind.resume = resume }
        if let prompt = submission.prompt { kind.prompt = prompt }
        if let directory = submission.directory {
            guard directory.hasPrefix("/") else {
                throw SubmissionError("directory is \"\(directory)\", which is relative", hint: "a path from /")
            }
            kind.launch.directory = directory
        }
        kind.launch.environment.merge(submission.environment) { _, own in own }
        if kind.launch.user == nil, uid != getuid() { kind.launch.user = "\(uid)" }
        if let tier = submission.tier { kind.tier = tier }
        kind.model = try model(submission)
        if let priority = submission.priority { kind.priority = priority }
        kind.onSuccess = submission.onSuccess.map(hook) ?? kind.onSuccess
        kind.onFailure = submission.onFailure.map(hook) ?? kind.onFailure
        try takeRules(submission, &kind.rules)
        try checkCommand(kind)
        return kind
    }

    private static func base(
        _ name: String?, _ kinds: [KindSpecification]
    ) throws(SubmissionError) -> KindSpecification {
        guard let name else {
            var plain = KindSpecification(name: "")
            plain.keepAwake = true
            plain.rules.stall = StallRules(silence: nil, hard: nil)
            return plain
        }
        if let kind = kinds.first(where: { $0.name == name }) { return kind }
        let names = kinds.map(\.name)
        let hint =
            Nearest.to(name, among: names).map { "did you mean \"\($0)\"?" }
            ?? (names.isEmpty ? "no [kind.NAME] is configured" : "there are \(names.joined(separator: ", "))")
        throw SubmissionError("there is no kind \"\(name)\"", hint: hint, status: 404)
    }

    /// What runs with the rights of a user whom the configuration names is what the configuration says; whoever submits
    /// it chooses the words of the task.
    private static func checkRights(
        _ submission: JobSubmission, _ kind: KindSpecification, _ uid: UInt32
    ) throws(SubmissionError) {
        let own = getuid()
        guard let user = kind.launch.user else {
            guard own == 0 || uid == own || uid == 0 else {
                throw SubmissionError(
                    "hostd runs as uid \(own) and cannot run a job as uid \(uid)", hint: "submit it as uid \(own)",
                    status: 403)
            }
            return
        }
        guard uid != 0, uid != own else { return }
        var given: [String] = []
        if submission.command != nil { given.append("command") }
        if submission.resume != nil { given.append("resume") }
        if submission.directory != nil { given.append("directory") }
        if !submission.environment.isEmpty { given.append("env") }
        for hook in [submission.onSuccess, submission.onFailure] {
            if case .exec? = hook { given.append("exec of a hook") }
        }
        guard given.isEmpty else {
            throw SubmissionError(
                "kind \"\(kind.name)\" runs as \(user): \(given.joined(separator: ", ")) cannot be given by uid \(uid)",
                hint: "the kind says what runs; a prompt may be given", status: 403)
        }
    }

    private static func model(_ submission: JobSubmission) throws(SubmissionError) -> String? {
        guard let model = submission.model else { return nil }
        guard let complaint = ModelName.complaint(model) else { return model }
        throw SubmissionError("model is \"\(model)\", which is no ID of one", hint: complaint)
    }

    /// Whoever may not use a tier must not get its model by naming another: where the policy says of a tier who may use
    /// it, root and hostd's own user alone choose models in it.
    static func checkModel(
        _ kind: KindSpecification, uid: UInt32, allowedIn: (String) -> [String]
    ) throws(SubmissionError) {
        guard let model = kind.model, let tier = kind.tier, uid != 0, uid != getuid() else { return }
        let allowed = allowedIn(tier)
        guard allowed.isEmpty else {
            throw SubmissionError(
                "model is \"\(model)\", and tier \(tier) is for \(allowed.joined(separator: ", ")) alone",
                hint: "leave model away, or submit it as root", status: 403)
        }
    }

    private static func takeRules(_ submission: JobSubmission, _ rules: inout JobRules) throws(SubmissionError) {
        if let attempts = submission.attempts {
            guard (1...1000).contains(attempts) else {
                throw SubmissionError("attempts is \(attempts)", hint: "1 to 1000")
            }
            rules.attempts = attempts
        }
        if let text = submission.backoff {
            rules.backoff = try time(text, "backoff")
            rules.maxBackoff = max(rules.maxBackoff, rules.backoff)
        }
        if let text = submission.deadline { rules.deadline = try time(text, "deadline") }
        if let text = submission.attemptTimeout { rules.attemptTimeout = try time(text, "attempt_timeout") }
        guard let needs = submission.needs else { return }
        rules.needs = []
        for word in needs {
            guard let kind = ConditionKind(rawValue: word) else {
                let known = ConditionKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw SubmissionError("needs has \"\(word)\"", hint: known)
            }
            rules.needs.append(kind)
        }
    }

    private static func time(_ text: String, _ key: String) throws(SubmissionError) -> Duration {
        do throws(WrittenTime.Wrong) {
            return try WrittenTime.read(text, in: .zero ... .seconds(366 * 86_400))
        } catch {
            throw SubmissionError("\(key): \(error)")
        }
    }

    private static func checkCommand(_ kind: KindSpecification) throws(SubmissionError) {
        if kind.agent.name == AgentPreset.plain.name {
            guard kind.command.first.map({ !$0.isEmpty }) == true else {
                throw SubmissionError("there is no command", hint: "{\"command\": [\"program\", \"argument\"]}")
            }
        }
        let words = kind.command + kind.resume + [kind.prompt]
        guard words.allSatisfy({ !$0.utf8.contains(0) }) else { throw SubmissionError("a word has a NUL in it") }
    }

    private static func hook(_ hook: JobSubmission.Hook) -> JobHook {
        switch hook {
        case .webhook(let address): .webhook(address)
        case .exec(let command): .command(command)
        }
    }
}
