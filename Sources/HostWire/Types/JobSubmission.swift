// SPDX-License-Identifier: Apache-2.0

/// What `POST /v1/jobs` is told: a job to be brought to its end. What is nil is as its kind says.
public struct JobSubmission: Hashable, Sendable {
    /// The kind, a name of the configuration; nil for a plain command.
    public var kind: String?
    /// The program with its arguments.
    public var command: [String]?
    /// How a further attempt goes on.
    public var resume: [String]?
    /// What an agent is told to do.
    public var prompt: String?
    /// The working folder.
    public var directory: String?
    /// Environment variables, added to those of the kind.
    public var environment: [String: String] = [:]
    /// The same key makes one job only, of one submitter, for ever.
    public var key: String?
    /// Jobs of higher priority go first.
    public var priority: Int?
    /// Jobs that must have succeeded before it starts, by number.
    public var after: [Int64] = []
    /// So many failures that count, without progress in between, end the job.
    public var attempts: Int?
    /// The first delay after a failure, like `15s`.
    public var backoff: String?
    /// The job has failed when it is not through so long after its submission, like `24h`.
    public var deadline: String?
    /// An attempt is ended when it takes longer, like `2h`.
    public var attemptTimeout: String?
    /// Conditions that must not be critical before an attempt.
    public var needs: [String]?
    /// The tier of the policy that names the model.
    public var tier: String?
    /// The model itself, whatever the policy says; nil: the tier's.
    public var model: String?
    /// What is done when it has succeeded.
    public var onSuccess: Hook?
    /// What is done when it has failed.
    public var onFailure: Hook?
    /// It waits until a person releases it.
    public var isHeld = false

    /// What is done at the end of a job.
    public enum Hook: Hashable, Sendable {
        /// A POST of JSON to this address.
        case webhook(String)
        /// A command, run as the job's user.
        case exec([String])

        init(json: JSON, at place: String) throws(JSONError) {
            let fields = try Fields(json, at: place)
            try fields.allow(only: ["webhook", "exec"])
            let command = try fields.texts("exec")
            switch (try fields.optionalText("webhook"), command.isEmpty) {
            case (let address?, true): self = .webhook(address)
            case (nil, false): self = .exec(command)
            default: throw JSONError("\(place) has not one of webhook and exec (give one)")
            }
        }

        var json: JSON {
            switch self {
            case .webhook(let address): ["webhook": .string(address)]
            case .exec(let command): ["exec": .array(command.map { .string($0) })]
            }
        }
    }

    /// The members of the JSON form.
    public static let members = [
        "kind", "command", "resume", "prompt", "directory", "env", "key", "priority", "after", "attempts", "backoff",
        "deadline", "attempt_timeout", "needs", "tier", "model", "on_success", "on_failure", "hold",
    ]

    /// A job of `kind`, or a plain command.
    public init(kind: String? = nil, command: [String]? = nil) {
        self.kind = kind
        self.command = command
    }

    /// Reads the JSON form. A member that is unknown is an error.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        try fields.allow(only: Self.members)
        func words(_ key: String) throws(JSONError) -> [String]? {
            fields.value(key) == .null ? nil : try fields.texts(key)
        }
        kind = try fields.optionalText("kind")
        command = try words("command")
        resume = try words("resume")
        prompt = try fields.optionalText("prompt")
        directory = try fields.optionalText("directory")
        environment = try fields.dictionary("env")
        key = try fields.optionalText("key")
        priority = try fields.optionalInteger("priority")
        after = try fields.list("after") { json, place throws(JSONError) in
            guard case .integer(let number) = json else { throw JSONError("\(place) is no number of a job") }
            return number
        }
        attempts = try fields.optionalInteger("attempts")
        backoff = try fields.optionalText("backoff")
        deadline = try fields.optionalText("deadline")
        attemptTimeout = try fields.optionalText("attempt_timeout")
        needs = try words("needs")
        tier = try fields.optionalText("tier")
        model = try fields.optionalText("model")
        onSuccess = try fields.optional("on_success", Hook.init)
        onFailure = try fields.optional("on_failure", Hook.init)
        isHeld = try fields.optionalBool("hold") ?? false
    }

    /// The JSON form; members that say nothing are left out.
    public var json: JSON {
        func words(_ list: [String]?) -> JSON { list.map { .array($0.map { .string($0) }) } ?? .null }
        let env = environment.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .string($0.value)) }
        let all: [(String, JSON)] = [
            ("kind", JSON(kind)), ("command", words(command)), ("resume", words(resume)), ("prompt", JSON(prompt)),
            ("directory", JSON(directory)), ("env", env.isEmpty ? .null : .object(env)), ("key", JSON(key)),
            ("priority", JSON(priority)), ("after", after.isEmpty ? .null : .array(after.map { .integer($0) })),
            ("attempts", JSON(attempts)), ("backoff", JSON(backoff)), ("deadline", JSON(deadline)),
            ("attempt_timeout", JSON(attemptTimeout)), ("needs", words(needs)), ("tier", JSON(tier)),
            ("model", JSON(model)), ("on_success", onSuccess?.json ?? .null), ("on_failure", onFailure?.json ?? .null),
            ("hold", isHeld ? .bool(true) : .null),
        ]
        return .object(all.filter { $0.1 != .null }.map { JSON.Member(key: $0.0, value: $0.1) })
    }
}

/// What `POST /v1/jobs` answers, once the job is on the disk.
public struct JobReceipt: Hashable, Sendable {
    /// The job's number.
    public var id: Int64
    /// False where the key had made this job already.
    public var isNew: Bool

    /// A receipt.
    public init(id: Int64, isNew: Bool) {
        self.id = id
        self.isNew = isNew
    }

    /// Reads the JSON form.
    public init(json: JSON) throws(JSONError) {
        let fields = try Fields(json, at: "")
        id = try fields.integer("id")
        isNew = try fields.optionalBool("created") ?? true
    }

    /// The JSON form.
    public var json: JSON { ["id": .integer(id), "created": .bool(isNew)] }
}
