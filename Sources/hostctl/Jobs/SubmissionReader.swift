// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Reads what a command line of `job submit` wants done. What it says goes before what its file says.
struct SubmissionReader {
    private let request: Request
    private var job: JobSubmission

    /// The job that `request` describes.
    static func read(_ request: Request) throws(Failure) -> JobSubmission {
        var reader = try SubmissionReader(request)
        try reader.takeCommand()
        try reader.takeOptions()
        try reader.takeHooks()
        try reader.checkAndComplete()
        return reader.job
    }

    private init(_ request: Request) throws(Failure) {
        self.request = request
        if request.value(.file) == "-", request.value(.prompt) == "-" {
            throw .usage("--file and --prompt cannot both be stdin (give one of them another way)")
        }
        job = try request.value(.file).map { path throws(Failure) in try SubmissionFile.read(path) } ?? JobSubmission()
    }

    private mutating func takeCommand() throws(Failure) {
        if request.words.count > request.literalCount {
            let word = CleanText.of(request.words[0])
            throw .usage(
                "\"\(word)\" stands before -- (a command stands behind it: hostctl job submit -- \(word))")
        }
        guard let program = request.words.first else { return }
        if program.isEmpty { throw .usage("the command behind -- has an empty name") }
        job.command = request.words
    }

    private mutating func takeOptions() throws(Failure) {
        job.kind = request.value(.kind) ?? job.kind
        job.key = request.value(.key) ?? job.key
        job.priority = try JobArguments.integer(.priority, request) ?? job.priority
        job.attempts = try JobArguments.integer(.attempts, request) ?? job.attempts
        job.backoff = request.value(.backoff) ?? job.backoff
        job.deadline = request.value(.deadline) ?? job.deadline
        job.attemptTimeout = request.value(.attemptTimeout) ?? job.attemptTimeout
        job.tier = request.value(.tier) ?? job.tier
        job.model = request.value(.model) ?? job.model
        job.isHeld = job.isHeld || request.has(.hold)
        let after = request.values(.after).flatMap { $0.split(separator: ",").map(String.init) }
        if !after.isEmpty { job.after = try JobArguments.ids(after).map(\.number) }
        if let needs = request.value(.needs) { job.needs = needs.split(separator: ",").map(String.init) }
        for text in request.values(.env) { try takeVariable(text) }
        if let prompt = request.value(.prompt) {
            job.prompt = prompt == "-" ? try Self.text(SubmissionFile.bytes(of: "-")) : prompt
        }
        job.directory = request.value(.directory) ?? job.directory
    }

    /// `NAME=VALUE`, or `NAME` for the value that hostctl itself has.
    private mutating func takeVariable(_ text: String) throws(Failure) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard !sides[0].isEmpty else {
            throw .usage("--env: \"\(CleanText.of(text))\" names no variable (NAME=VALUE, or NAME alone)")
        }
        guard let value = sides.count > 1 ? sides[1] : Places.variable(sides[0]) else {
            throw .usage("--env: there is no \(CleanText.of(sides[0])) in the environment (give NAME=VALUE)")
        }
        job.environment[sides[0]] = value
    }

    private mutating func takeHooks() throws(Failure) {
        job.onSuccess = try hook(.onSuccessWebhook, .onSuccessExec) ?? job.onSuccess
        job.onFailure = try hook(.onFailureWebhook, .onFailureExec) ?? job.onFailure
    }

    private func hook(
        _ webhook: CommandOption, _ exec: CommandOption
    ) throws(Failure) -> JobSubmission.Hook? {
        switch (request.value(webhook), request.value(exec)) {
        case (nil, nil): return nil
        case (let address?, nil): return .webhook(address)
        case (nil, let line?): return .exec(["/bin/sh", "-c", line])
        case (_?, _?): throw .usage("--\(webhook.name) and --\(exec.name) cannot both be (give one)")
        }
    }

    private mutating func checkAndComplete() throws(Failure) {
        guard job.kind != nil || job.command != nil else {
            throw .usage(
                "what to do is missing: a command behind --, --kind KIND or --file FILE, like: hostctl job submit -- "
                    + "make test")
        }
        // The caller's folder is where a command that was typed there belongs; a kind has its own.
        if let directory = job.directory {
            if !directory.hasPrefix("/"), !directory.hasPrefix("~") {
                job.directory = Files.currentFolder() + "/" + directory
            }
        } else if job.kind == nil {
            job.directory = Files.currentFolder()
        }
    }

    private static func text(_ bytes: [UInt8]) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .usage("--prompt: what came from stdin is not UTF-8")
        }
        return text
    }
}
