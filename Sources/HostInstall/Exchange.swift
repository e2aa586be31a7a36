// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc
internal import HostLinux

/// The head of an answer over HTTP.
struct AnswerHead {
    /// The status; 0 when there was no answer.
    fileprivate(set) var status = 0
    /// The fields, their names in lower case.
    private var fields: [String: String] = [:]

    private static let fieldLimit = 64
    private static let valueLimitBytes = 1024

    /// The value of a field; nil when it was not there.
    subscript(_ name: String) -> String? { fields[name] }

    /// How many bytes of body follow; nil when it was not said.
    var length: Int64? { fields["content-length"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : $0 } }

    /// Where the body begins in the whole file, and how long that is: `bytes 100-199/200`, or `bytes */200`.
    var range: (start: Int64?, total: Int64?)? {
        guard let text = fields["content-range"], text.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst("bytes ".count).split(separator: "/")
        guard parts.count == 2 else { return nil }
        return (parts[0].split(separator: "-").first.flatMap { Int64($0) }, Int64(parts[1]))
    }

    /// Takes one line; each answer on the way, of a redirect for instance, begins anew.
    mutating func take(_ line: String) {
        if line.hasPrefix("HTTP/") {
            fields = [:]
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            return
        }
        guard let colon = line.firstIndex(of: ":"), fields.count < Self.fieldLimit else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        guard value.utf8.count <= Self.valueLimitBytes else { return }
        fields[line[..<colon].lowercased()] = String(value)
    }
}

/// What comes of one GET, handed over as it comes.
final class Exchange {
    /// How one ended.
    enum End {
        /// All of it has come.
        case complete
        /// The connection broke or fell silent: why.
        case cut(String)
        /// It never got so far: why.
        case failed(String)
    }

    private(set) var head = AnswerHead()
    private let begin: (AnswerHead) throws(InstallError) -> Void
    private let take: (UnsafeRawBufferPointer) throws(InstallError) -> Void
    private var hasBegun = false
    private var failure: InstallError?

    /// `begin` is called with the head of a success (status 2xx), then `take` with each piece of its body; what they
    /// throw ends the exchange. The body of any other answer is dropped.
    init(
        begin: @escaping (AnswerHead) throws(InstallError) -> Void,
        take: @escaping (UnsafeRawBufferPointer) throws(InstallError) -> Void
    ) {
        self.begin = begin
        self.take = take
    }

    /// GETs `url`, and blocks until that has ended.
    func run(_ url: String, headers: [String], from mirror: Mirror) throws(InstallError) -> End {
        if let problem = ccurl_load() { throw .failed("cannot load libcurl: \(String(cString: problem))") }
        let texts = [url, mirror.redirectProtocols, mirror.trust.file ?? "", mirror.trust.folder ?? ""]
        var error = [CChar](repeating: 0, count: 256)
        let code = CStrings.with(texts) { texts in
            CStrings.with(headers) { headers in
                var download = ccurl_download()
                download.url = UnsafePointer(texts[0])
                download.protocols = UnsafePointer(texts[1])
                download.ca_file = mirror.trust.file == nil ? nil : UnsafePointer(texts[2])
                download.ca_folder = mirror.trust.folder == nil ? nil : UnsafePointer(texts[3])
                download.headers = headers
                download.redirects = Mirror.redirectLimit
                download.connect_timeout_ms = Int(mirror.patience.components.seconds) * 1000
                download.stall_seconds = Int(mirror.patience.components.seconds)
                download.owner = Unmanaged.passUnretained(self).toOpaque()
                download.on_line = { owner, bytes, length in exchange(owner)?.line(bytes, length) ?? 0 }
                download.on_body = { owner, bytes, length in exchange(owner)?.body(bytes, length) ?? 0 }
                return ccurl_download_run(&download, &error)
            }
        }
        if let failure { throw failure }
        return try end(code, error.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" })
    }

    private func end(_ code: Int32, _ text: String) throws(InstallError) -> End {
        // A body that nobody wanted was ended from our side.
        if !isSuccess, head.status > 0, code == 0 || code == ccurl_code_write_ended { return .complete }
        if code == 0 {
            if !hasBegun { try begin(head) }
            return .complete
        }
        let why = CleanLine.of(text)
        return ccurl_code_is_cut(code) ? .cut(why) : .failed(why)
    }

    private var isSuccess: Bool { (200..<300).contains(head.status) }

    private func line(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> Int {
        let text = String(decoding: UnsafeRawBufferPointer(start: bytes, count: length), as: UTF8.self)
        head.take(String(text.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }))
        return length
    }

    private func body(_ bytes: UnsafePointer<CChar>?, _ length: Int) -> Int {
        guard isSuccess else { return 0 }
        do throws(InstallError) {
            if !hasBegun {
                hasBegun = true
                try begin(head)
            }
            try take(UnsafeRawBufferPointer(start: bytes, count: length))
            return length
        } catch {
            failure = error
            return 0
        }
    }
}

/// The exchange behind the pointer that libcurl keeps while it runs.
private func exchange(_ owner: UnsafeMutableRawPointer?) -> Exchange? {
    owner.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
}
