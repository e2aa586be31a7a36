// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostFetch
internal import HostLinux
internal import HostLoop

/// Brings a policy over the network into a file, which is then read as if somebody had edited it. The last one that was
/// vouched for stays there whatever comes.
final class PolicySource {
    /// What people should know of it.
    enum News: Hashable {
        /// It does not come, or nobody vouches for it: why.
        case failed(String)
        /// That is over.
        case recovered
    }

    /// Called when `problem` is another one.
    var problemChanged: (() -> Void)?
    /// Called with what people should know, each trouble once.
    var told: ((News) -> Void)?

    /// The file that it comes into.
    let path: String
    /// Where it comes from, without a query; empty: no source is configured.
    private(set) var address = ""
    /// What is wrong; empty when nothing is.
    var problem: String { machine.problem ?? "" }

    private static let signatureLimitBytes = 64 << 10
    private static let diskDeadline: Duration = .seconds(10)
    /// gpgv has a minute.
    private static let checkDeadline: Duration = .seconds(90)

    private let loop: EventLoop
    private let files: Worker
    private let fetcher: Fetcher
    private let keep: PolicySourceFile
    private var machine: PolicySourceMachine
    private var settings: ModelSourceSettings?
    /// Says which settings vouched for a content: those of another text have to do it anew.
    private var vouchers = ""
    /// Settings are taken over when what is kept was read; nil: they are.
    private var reading: Int?
    private var readings = 0
    private var timer: TimerSource?
    /// The content of the newest request that has one.
    private var content: (number: Int, bytes: [UInt8]) = (0, [])
    private var waiting: [(String?) -> Void] = []

    /// Keeps the policy and what is known of it in `folder`, which is made. `seed` makes pauses different from host to
    /// host.
    init(loop: EventLoop, files: Worker, fetcher: Fetcher, folder: String, seed: UInt64) {
        self.loop = loop
        self.files = files
        self.fetcher = fetcher
        keep = PolicySourceFile(folder: folder)
        path = keep.path
        machine = PolicySourceMachine(seed: seed)
        timer = try? loop.timer { [weak self] in self?.feed(.due) }
    }

    /// Takes over what the configuration says; without a URL nothing is asked for, and the file stays as it is.
    func configure(_ settings: ModelSourceSettings?) {
        let wanted = settings.flatMap { $0.url == nil ? nil : $0 }
        guard wanted != self.settings else { return }
        self.settings = wanted
        readings += 1
        guard let wanted else {
            address = ""
            reading = nil
            return feed(.unconfigured)
        }
        address = PolicySourceWords.shown(wanted.url ?? "")
        let number = readings
        reading = number
        files.submit(deadline: Self.diskDeadline) { [keep] in
            keep.read(for: wanted)
        } then: { [weak self] (outcome: WorkOutcome<PolicySourceFile.Kept>) in
            guard let self, self.reading == number else { return }
            self.reading = nil
            var known: PolicySourceMachine.Known?
            if case .done(let kept) = outcome {
                self.vouchers = kept.vouchers
                known = kept.known
            }
            self.feed(.configured(interval: wanted.interval, known, isAwaited: !self.waiting.isEmpty))
        }
    }

    /// Asks now; `then` gets nil when what is kept is what there is, or else what is wrong.
    func fetchNow(then: @escaping (String?) -> Void) {
        waiting.append(then)
        if reading == nil { feed(.kicked) }
    }

    private func feed(_ event: PolicySourceMachine.Event) {
        let effects = machine.handle(event, at: loop.now)
        if let due = machine.nextDue { timer?.arm(at: due) } else { timer?.disarm() }
        for effect in effects { carryOut(effect) }
    }

    private func carryOut(_ effect: PolicySourceMachine.Effect) {
        switch effect {
        case .fetch(let number, let etag): fetch(number, etag)
        case .verify(let number): verify(number)
        case .write(let number, let known): write(number, known)
        case .note(let known): note(known)
        case .fail(let why): told?(.failed("\(address): \(why)"))
        case .recovered: told?(.recovered)
        case .problemChanged: problemChanged?()
        case .reply(let why):
            let callers = waiting
            waiting = []
            for call in callers { call(why) }
        }
    }

    // MARK: - Asking

    private func fetch(_ number: Int, _ etag: String?) {
        guard let settings, let url = settings.url else { return }
        withToken { [weak self] token in
            switch token {
            case .failure(let error): self?.feed(.answered(number, .refused(error.description)))
            case .success(var headers):
                if let etag { headers["If-None-Match"] = etag }
                self?.fetcher.download(
                    url, headers: headers, timeout: settings.timeout, bodyLimit: ConfigurationFile.sizeLimit
                ) { result in self?.take(result, number) }
            }
        }
    }

    private func take(_ result: DownloadResult, _ number: Int) {
        guard case .answer(let answer) = result, answer.status == 200, !answer.isTooLong else {
            return feed(.answered(number, PolicySourceWords.answer(result)))
        }
        // An answer to settings that are no more may come behind a newer one.
        guard number > content.number else { return }
        let bytes = answer.body
        content = (number, bytes)
        files.submit(deadline: Self.diskDeadline) {
            SHA256.hex(of: bytes)
        } then: { [weak self] (outcome: WorkOutcome<String>) in
            guard case .done(let digest) = outcome else {
                self?.feed(.answered(number, .unreached(PolicySourceWords.deadDisk)))
                return
            }
            self?.feed(.answered(number, .content(.init(etag: answer.etag, digest: digest))))
        }
    }

    /// The headers that say who asks; the file is read anew for each request.
    private func withToken(then: @escaping (Result<[String: String], PolicySourceFile.Complaint>) -> Void) {
        guard let file = settings?.keyFile else { return then(.success([:])) }
        files.submit(deadline: Self.diskDeadline) {
            PolicySourceFile.token(in: file)
        } then: { (outcome: WorkOutcome<Result<String, PolicySourceFile.Complaint>>) in
            switch outcome {
            case .done(let result): then(result.map { ["Authorization": "Bearer \($0)"] })
            case .late, .full: then(.failure(.init("models.key_file: \(PolicySourceWords.deadDisk)")))
            }
        }
    }

    // MARK: - Vouching

    private func verify(_ number: Int) {
        guard let settings else { return }
        guard let address = settings.signature else { return check(number, settings, signature: nil) }
        withToken { [weak self] token in
            switch token {
            case .failure(let error): self?.feed(.verified(number, .rejected(error.description)))
            case .success(let headers):
                self?.fetcher.download(
                    address, headers: headers, timeout: settings.timeout, bodyLimit: Self.signatureLimitBytes
                ) { result in self?.takeSignature(result, number, settings) }
            }
        }
    }

    private func takeSignature(_ result: DownloadResult, _ number: Int, _ settings: ModelSourceSettings) {
        if case .answer(let answer) = result, answer.status == 200, !answer.isTooLong {
            return check(number, settings, signature: answer.body)
        }
        switch PolicySourceWords.answer(result) {
        case .busy(let why, _), .unreached(let why): feed(.verified(number, .unreached("the signature: \(why)")))
        case .refused(let why): feed(.verified(number, .rejected("the signature: \(why)")))
        case .unchanged, .content: feed(.verified(number, .rejected("the signature: status 304 was not asked for")))
        }
    }

    private func check(_ number: Int, _ settings: ModelSourceSettings, signature: [UInt8]?) {
        guard content.number == number else { return }
        let bytes = content.bytes
        files.submit(deadline: Self.checkDeadline) { [keep] in
            keep.complaint(about: bytes, settings, signature: signature)
        } then: { [weak self] (outcome: WorkOutcome<String?>) in
            switch outcome {
            case .done(nil): self?.feed(.verified(number, .accepted))
            case .done(let why?):
                self?.content.bytes = []
                self?.feed(.verified(number, .rejected(why)))
            case .late, .full: self?.feed(.verified(number, .unreached(PolicySourceWords.deadDisk)))
            }
        }
    }

    // MARK: - Keeping

    private func write(_ number: Int, _ known: PolicySourceMachine.Known) {
        guard let url = settings?.url, content.number == number else { return }
        let bytes = content.bytes
        content.bytes = []
        let vouchers = vouchers
        files.submit(deadline: Self.diskDeadline) { [keep] in
            keep.write(bytes, known, url: url, vouchers: vouchers)
        } then: { [weak self] (outcome: WorkOutcome<String?>) in
            switch outcome {
            case .done(let failure): self?.feed(.written(number, failure: failure))
            case .late, .full: self?.feed(.written(number, failure: PolicySourceWords.deadDisk))
            }
        }
    }

    /// Without it the next hostd fetches all of it once more, and finds it the same.
    private func note(_ known: PolicySourceMachine.Known) {
        content.bytes = []
        guard let url = settings?.url else { return }
        let vouchers = vouchers
        files.submit(deadline: Self.diskDeadline) { [keep] in
            keep.note(known, url: url, vouchers: vouchers)
        } then: { (_: WorkOutcome<Void>) in
        }
    }
}
