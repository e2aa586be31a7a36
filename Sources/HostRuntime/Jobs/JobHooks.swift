// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostFetch
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostStore
internal import HostWire

/// What is done at the end of jobs. A hook is written down in the same transaction as the end of its job, and removed
/// when the other side has taken it: it is delivered at least once, with an id by which it is known again.
final class JobHooks {
    /// A hook that is not delivered yet.
    struct Pending {
        /// What is told, as JSON, with its id.
        let body: String
        let hook: JobHook
        /// Whose rights a command has; nil: hostd's.
        let user: String?
        let directory: String?
        var tries = 0
    }

    /// What documents of hooks are called in the store.
    static let prefix = "job-hook/"
    /// The first delay after a failure, doubled with each further one, and the longest.
    static let backoff: Duration = .seconds(2)
    static let longest: Duration = .seconds(3600)
    /// So many tries, about four days, and it is given up.
    static let tryLimit = 100
    static let timeout: Duration = .seconds(30)

    var pending: [JobID: Pending] = [:]
    var timers: [JobID: TimerSource] = [:]
}

extension Supervisor {
    /// A job is about to be over: its hook goes into the same transaction.
    func writeHook(of job: JobMachine, _ record: JobRecord) {
        guard record.phase.isFinal, record.phase != .cancelled, let kind = knownKind(of: job),
            let hook = record.phase == .succeeded ? kind.onSuccess : kind.onFailure
        else { return }
        let body: JSON = [
            "id": .string("job-\(job.id)-\(record.attempts)-\(record.phase.rawValue)"), "job": JSON(job.id.number),
            "kind": JSON(job.kind), "key": JSON(job.key), "state": .string(record.phase.rawValue),
            "reason": .string(record.reason), "result": JSON(record.result), "attempts": JSON(record.attempts),
            "host": .string(settings.name ?? HostName.current),
        ]
        let pending = JobHooks.Pending(
            body: String(decoding: body.bytes, as: UTF8.self), hook: hook, user: kind.launch.user,
            directory: kind.launch.directory)
        jobs.hooks.pending[job.id] = pending
        store.set(document: JobHooks.prefix + "\(job.id)", pending.text)
    }

    /// It is over, and that is on the disk: now its hook is delivered.
    func runHook(of job: JobMachine) {
        if jobs.hooks.pending[job.id] != nil { deliverHook(of: job.id) }
    }

    /// Goes on with the hooks that an earlier hostd has not delivered.
    func recallHooks() {
        store.documents(JobHooks.prefix) { [weak self] found in
            guard let self else { return }
            guard let found else { return self.jobs.askAgain(self.loop) { [weak self] in self?.recallHooks() } }
            for (name, text) in found {
                guard let id = JobID(text: String(name.dropFirst(JobHooks.prefix.count))),
                    self.jobs.hooks.pending[id] == nil, let pending = JobHooks.Pending(text: text)
                else { continue }
                self.jobs.hooks.pending[id] = pending
                self.deliverHook(of: id)
            }
        }
    }

    private func deliverHook(of id: JobID) {
        guard let pending = jobs.hooks.pending[id] else { return }
        switch pending.hook {
        case .webhook(let address):
            prober.fetcher.post(
                address, headers: ["Content-Type": "application/json"], body: Array(pending.body.utf8),
                timeout: JobHooks.timeout
            ) { [weak self] result in
                switch AlertDelivery.judge(result, hiding: address) {
                case .delivered: self?.hookIsDelivered(id)
                case .failed(let why, _): self?.hookFailed(id, why)
                }
            }
        case .command(let command):
            let launch = LaunchSpecification(
                command: command, directory: pending.directory, user: pending.user,
                environment: ["HOSTD_JOB_JSON": pending.body])
            run(command, beside: id.instance(1), launch, nil, node: nil, JobHooks.timeout) { [weak self] answer in
                if answer.ok { self?.hookIsDelivered(id) } else { self?.hookFailed(id, answer.seen) }
            }
        }
    }

    private func hookIsDelivered(_ id: JobID) {
        jobs.hooks.pending[id] = nil
        jobs.hooks.timers[id] = nil
        store.set(document: JobHooks.prefix + "\(id)", nil)
    }

    private func hookFailed(_ id: JobID, _ why: String) {
        guard var pending = jobs.hooks.pending[id] else { return }
        pending.tries += 1
        jobs.hooks.pending[id] = pending
        guard pending.tries < JobHooks.tryLimit else {
            history.add("job.hook_failed", id.instance(1), "given up after \(pending.tries) tries: \(why)")
            return hookIsDelivered(id)
        }
        if pending.tries == 1 { history.add("job.hook_failed", id.instance(1), "\(why); it is tried again") }
        let delay = min(JobHooks.backoff * (1 << min(pending.tries - 1, 20)), JobHooks.longest)
        let timer = try? loop.timer { [weak self] in self?.deliverHook(of: id) }
        timer?.arm(at: loop.now + delay)
        jobs.hooks.timers[id] = timer
    }
}

extension JobHooks.Pending {
    /// As it stands in the store.
    var text: String {
        let (kind, words): (String, [String]) =
            switch hook {
            case .webhook(let address): ("webhook", [address])
            case .command(let command): ("exec", command)
            }
        let json: JSON = [
            "body": .string(body), "hook": .string(kind), "words": .array(words.map { .string($0) }),
            "user": JSON(user), "directory": JSON(directory),
        ]
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// Reads what `text` wrote; nil for anything else.
    init?(text: String) {
        guard let json = try? JSON(parsing: Array(text.utf8)), let body = json["body"]?.text,
            let words = json["words"]?.elements?.compactMap(\.text), let first = words.first
        else { return nil }
        self.body = body
        hook = json["hook"]?.text == "webhook" ? .webhook(first) : .command(words)
        user = json["user"]?.text
        directory = json["directory"]?.text
    }
}
