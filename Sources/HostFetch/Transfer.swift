// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

/// One request under way.
final class Transfer {
    let url: String
    let began: Instant
    let timeout: Duration
    /// Ends the wait for the name.
    var expiry: TimerSource?
    private(set) var easy: OpaquePointer?
    /// Set for one that tells where its time went.
    var watched: WatchedTransfer?
    /// Set for one whose head matters.
    var head: DownloadHead?
    private let content: FetchContent
    private let headers: [String: String]
    private let bodyLimit: Int
    private var body: [UInt8] = []
    private var then: ((FetchResult) -> Void)?

    init(
        url: String, content: FetchContent = .none, headers: [String: String], began: Instant, timeout: Duration,
        bodyLimit: Int, then: @escaping (FetchResult) -> Void
    ) {
        self.url = url
        self.content = content
        self.headers = headers
        self.began = began
        self.timeout = timeout
        self.bodyLimit = bodyLimit
        self.then = then
    }

    /// Makes libcurl's side of it. `resolve` are the addresses of the URL's host, so that libcurl needs no resolver.
    func makeEasy(resolve: String?, timeoutMilliseconds: Int) -> OpaquePointer? {
        // libcurl takes "Name:" for the wish to leave a header out.
        let lines = headers.sorted { $0.key < $1.key }.map {
            $0.value.isEmpty ? "\($0.key);" : "\($0.key): \($0.value)"
        }
        CStrings.with(lines) { headers in
            easy = ccurl_easy_new(
                url, resolve, headers, timeoutMilliseconds, Unmanaged.passUnretained(self).toOpaque(),
                { owner, bytes, length in
                    let address = UInt(bitPattern: owner)
                    let source = UInt(bitPattern: bytes)
                    return MainActor.assumeIsolated { takeBody(address, source, length) }
                })
        }
        if head != nil, let easy { hearHead(easy) }
        if let watched, let easy { ccurl_easy_keep(easy, watched.isFresh, watched.isHead) }
        return addContent() ? easy : nil
    }

    private func hearHead(_ easy: OpaquePointer) {
        ccurl_easy_head(easy) { owner, bytes, length in
            let address = UInt(bitPattern: owner)
            let source = UInt(bitPattern: bytes)
            return MainActor.assumeIsolated { takeLine(address, source, length) }
        }
    }

    private func addContent() -> Bool {
        guard let easy else { return false }
        switch content {
        case .none: return true
        case .post(let bytes):
            bytes.withUnsafeBytes { ccurl_easy_post(easy, $0.baseAddress, $0.count) }
            return true
        case .mail(let mail):
            if mail.add(to: easy) { return true }
            freeEasy()
            return false
        }
    }

    func freeEasy() {
        if let easy { ccurl_easy_free(easy) }
        easy = nil
    }

    fileprivate func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        let room = bodyLimit - body.count
        body += bytes.prefix(room)
        return bytes.count <= room ? bytes.count : 0
    }

    func result(code: Int32, took: Duration) -> FetchResult {
        guard let easy else { return .failure("no transfer", took: took) }
        watched?.learn(from: easy, code: code)
        let status = ccurl_easy_status(easy)
        // A body beyond the limit ends the transfer from our side; the answer stands.
        let isCut = code == ccurl_code_write_ended && body.count >= bodyLimit
        if (code == 0 || isCut) && status > 0 { return .answer(status: status, body: body, took: took) }
        return .failure(text(of: easy, code: code), took: took)
    }

    private func text(of easy: OpaquePointer, code: Int32) -> String {
        var resolved = 0.0
        var connected = 0.0
        var firstByte = 0.0
        var total = 0.0
        ccurl_easy_times(easy, &resolved, &connected, &firstByte, &total)
        let connection = "connected after \(Duration.nanoseconds(Int64(connected * 1e9)).text)"
        let status = ccurl_easy_status(easy)
        switch code {
        case ccurl_code_timeout where status > 0:
            return "the body of the answer, status \(status), was not complete in \(timeout.text)"
        case ccurl_code_timeout where connected > 0: return "no answer in \(timeout.text) (\(connection))"
        case ccurl_code_timeout: return "no connection in \(timeout.text)"
        case ccurl_code_not_connected where ccurl_easy_errno(easy) > 0: return connectFailure(ccurl_easy_errno(easy))
        default:
            let exact = String(cString: ccurl_easy_error(easy))
            return exact.isEmpty ? String(cString: ccurl_code_text(code)) : exact
        }
    }

    func finish(_ result: FetchResult) {
        expiry = nil
        let then = self.then
        self.then = nil
        then?(result)
    }
}

private func takeLine(_ owner: UInt, _ source: UInt, _ length: Int) -> Int {
    guard let owner = UnsafeRawPointer(bitPattern: owner), let start = UnsafeRawPointer(bitPattern: source) else {
        return length
    }
    let text = String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
    let line = String(text.prefix { !$0.isNewline })
    Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue().head?.take(line)
    return length
}

private func takeBody(_ owner: UInt, _ source: UInt, _ length: Int) -> Int {
    guard let owner = UnsafeRawPointer(bitPattern: owner), let start = UnsafeRawPointer(bitPattern: source) else {
        return 0
    }
    let bytes = UnsafeRawBufferPointer(start: start, count: length)
    return Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue().take(bytes)
}
