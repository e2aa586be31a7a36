// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc
public import HostCore
public import HostLinux
public import HostLoop

/// What an HTTP GET came to.
public nonisolated enum FetchResult: Hashable, Sendable {
    /// An answer: its status, the beginning of its body, and how long it took.
    case answer(status: Int, body: [UInt8], took: Duration)
    /// No answer: why, in words, and after which time.
    case failure(String, took: Duration)
}

/// HTTP GETs on the loop: one libcurl multi for all, no thread for any number of literal addresses.
@MainActor
public final class Fetcher {
    private let loop: EventLoop
    private let lookups: Resolver
    private var multi: OpaquePointer?
    private var timer: TimerSource?
    private var sockets: [Int32: IOSource] = [:]
    private var transfers: [UInt: Transfer] = [:]

    /// Called once, when libcurl has been loaded for the first probe.
    public var onFirstUse: (() -> Void)?

    /// A fetcher that loads libcurl when it is first used.
    public init(loop: EventLoop, lookups: Resolver) {
        self.loop = loop
        self.lookups = lookups
    }

    isolated deinit {
        for transfer in transfers.values { drop(transfer) }
        if let multi { ccurl_multi_free(multi) }
    }

    /// GETs `url` (http, https) with further `headers`, following no redirect; `then` is called once, never before
    /// `get` returns. `timeout` is for all of it. The body is kept up to `bodyLimit` bytes, after which the answer
    /// counts as complete.
    public func get(
        _ url: String, headers: [String: String] = [:], timeout: Duration, bodyLimit: Int = 16384,
        then: @escaping (FetchResult) -> Void
    ) {
        begin(
            Transfer(
                url: url, headers: headers, began: loop.now, timeout: timeout, bodyLimit: bodyLimit, then: then))
    }

    /// GETs all of `url`, of which at most `bodyLimit` bytes are wanted, with what the head says of it; all else as
    /// with `get`.
    public func download(
        _ url: String, headers: [String: String] = [:], timeout: Duration, bodyLimit: Int,
        then: @escaping (DownloadResult) -> Void
    ) {
        let head = DownloadHead()
        let transfer = Transfer(
            url: url, headers: headers, began: loop.now, timeout: timeout, bodyLimit: bodyLimit + 1,
            then: { result in
                switch result {
                case .failure(let why, _): then(.failure(why))
                case .answer(let status, let body, _):
                    then(
                        .answer(
                            DownloadAnswer(
                                status: status, etag: head["etag"], retryAfter: head.retryAfter,
                                location: head["location"], body: body, isTooLong: body.count > bodyLimit)))
                }
            })
        transfer.head = head
        begin(transfer)
    }

    /// POSTs `body` to `url`; all else as with `get`.
    public func post(
        _ url: String, headers: [String: String] = [:], body: [UInt8] = [], timeout: Duration,
        then: @escaping (FetchResult) -> Void
    ) {
        begin(
            Transfer(
                url: url, content: .post(body), headers: headers, began: loop.now, timeout: timeout, bodyLimit: 4096,
                then: then))
    }

    /// Sends a mail; the status of the answer is the server's last word, 250 when it has taken the mail.
    public func send(_ mail: MailDelivery, timeout: Duration, then: @escaping (FetchResult) -> Void) {
        begin(
            Transfer(
                url: mail.url, content: .mail(mail), headers: [:], began: loop.now, timeout: timeout, bodyLimit: 4096,
                then: then))
    }

    /// Asks `url` what the network does to a question; all else as with `get`. `addresses` of its host that were found
    /// before are used again for a connection that was kept; a fresh one looks them up. `then` gets the sample and the
    /// addresses to give with the next question.
    public func sample(
        _ url: String, expected: [ClosedRange<Int>]?, isFresh: Bool, addresses: [SocketAddress]?, timeout: Duration,
        then: @escaping (NetworkSample, [SocketAddress]?) -> Void
    ) {
        let watched = WatchedTransfer(
            isFresh: isFresh, isHead: expected == nil, addresses: isFresh ? nil : addresses)
        let transfer = Transfer(
            url: url, headers: [:], began: loop.now, timeout: timeout, bodyLimit: 65536,
            then: { then(watched.sample(of: $0, url, expected), watched.addresses) })
        transfer.watched = watched
        begin(transfer)
    }

    private func begin(_ transfer: Transfer) {
        if let problem = prepare() {
            return loop.later { transfer.finish(.failure("cannot load libcurl: \(problem)", took: .zero)) }
        }
        guard let host = HostPart(url: transfer.url) else {
            return loop.later { transfer.finish(.failure("this is no http or https URL", took: .zero)) }
        }
        if let addresses = host.addresses ?? transfer.watched?.addresses { return start(transfer, host, addresses) }
        lookUp(host, for: transfer)
    }

    /// libcurl's own resolver threads cannot be counted, as they outlive their transfers. So it gets addresses.
    private func lookUp(_ host: HostPart, for transfer: Transfer) {
        let lookup = lookups.lookUp(host.name) { [weak self] answer in
            transfer.expiry = nil
            switch answer {
            case .addresses(let found):
                transfer.watched?.found(found, took: Clock.now - transfer.began)
                self?.start(transfer, host, found)
            case .failure(let why):
                transfer.watched?.failure = .name
                transfer.finish(.failure(why, took: Clock.now - transfer.began))
            }
        }
        let timeout = transfer.timeout
        transfer.expiry = try? loop.timer {
            lookup.cancel()
            transfer.watched?.failure = .name
            transfer.finish(.failure("name not looked up in \(timeout.text)", took: Clock.now - transfer.began))
        }
        transfer.expiry?.arm(at: transfer.began + timeout)
    }

    private func prepare() -> String? {
        guard multi == nil else { return nil }
        if let problem = ccurl_load() { return String(cString: problem) }
        do throws(SystemError) {
            timer = try loop.timer { [weak self] in self?.act(-1, 0) }
        } catch {
            return "\(error)"
        }
        multi = ccurl_multi_new(
            Unmanaged.passUnretained(self).toOpaque(),
            { owner, socket, what in
                let address = UInt(bitPattern: owner)
                MainActor.assumeIsolated { fetcher(at: address)?.watch(socket, what) }
            },
            { owner, milliseconds in
                let address = UInt(bitPattern: owner)
                MainActor.assumeIsolated { fetcher(at: address)?.wake(after: milliseconds) }
            })
        onFirstUse?()
        onFirstUse = nil
        return multi == nil ? "out of memory" : nil
    }

    private func start(_ transfer: Transfer, _ host: HostPart, _ addresses: [SocketAddress]) {
        let left = max(1, (transfer.timeout - (loop.now - transfer.began)).nanoseconds / 1_000_000)
        let resolve = host.resolveEntry(addresses)
        guard let multi, let easy = transfer.makeEasy(resolve: resolve, timeoutMilliseconds: Int(left)) else {
            return loop.later { transfer.finish(.failure("out of memory", took: .zero)) }
        }
        transfers[UInt(bitPattern: easy)] = transfer
        if !ccurl_multi_add(multi, easy) {
            drop(transfer)
            loop.later { transfer.finish(.failure("libcurl refused the transfer", took: .zero)) }
        }
    }

    private func watch(_ socket: Int32, _ what: Int32) {
        var events: IOEvents = []
        if what & 1 != 0 { events.insert(.readable) }
        if what & 2 != 0 { events.insert(.writable) }
        guard what < 4, !events.isEmpty else {
            sockets[socket] = nil
            return
        }
        if let source = sockets[socket] { return source.setEvents(events) }
        sockets[socket] = try? loop.watch(socket, events) { [weak self] ready in
            var bits: Int32 = 0
            if !ready.isDisjoint(with: [.readable, .hangup]) { bits |= 1 }
            if ready.contains(.writable) { bits |= 2 }
            if ready.contains(.error) { bits |= 4 }
            self?.act(socket, bits)
        }
    }

    private func wake(after milliseconds: Int) {
        if milliseconds < 0 { return timer?.disarm() ?? () }
        timer?.arm(at: loop.now + .milliseconds(milliseconds))
    }

    private func act(_ socket: Int32, _ events: Int32) {
        guard let multi else { return }
        ccurl_multi_act(multi, socket, events)
        var code: Int32 = 0
        var finished: [(Transfer, FetchResult)] = []
        while let easy = ccurl_multi_finished(multi, &code) {
            guard let transfer = transfers[UInt(bitPattern: easy)] else { continue }
            finished.append((transfer, transfer.result(code: code, took: loop.now - transfer.began)))
            drop(transfer)
        }
        for (transfer, result) in finished { transfer.finish(result) }
    }

    private func drop(_ transfer: Transfer) {
        guard let multi, let easy = transfer.easy else { return }
        ccurl_multi_remove(multi, easy)
        transfers[UInt(bitPattern: easy)] = nil
        transfer.freeEasy()
    }
}

/// The fetcher behind the address that libcurl keeps; it outlives its multi handle.
private func fetcher(at address: UInt) -> Fetcher? {
    UnsafeRawPointer(bitPattern: address).map { Unmanaged<Fetcher>.fromOpaque($0).takeUnretainedValue() }
}
