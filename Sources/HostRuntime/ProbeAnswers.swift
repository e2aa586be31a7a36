// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostLaunch
internal import HostLinux

extension ProbeAnswer {
    /// What a connection says that was accepted, or failed as `failure` says.
    init(connection failure: String?, took: Duration) {
        self.init(ok: failure == nil, seen: failure ?? "accepted in \(took.text)", took: took)
    }

    /// What the end of a command says. One that could not be started for want of something of hostd's own says nothing.
    init(command result: ExecProbe.Result, _ timeout: Duration, took: Duration) {
        switch result {
        case .failed(let why): self = .unasked("hostd cannot ask: \(why)", took: took)
        case .ended(0, _): self.init(ok: true, seen: "exit 0 in \(took.text)", took: took)
        case .ended(let status, let line):
            let end =
                switch status {
                case 124: "no end in \(timeout.text)"
                case 129...192: "killed by \(SignalName.text(status - 128))"
                default: "exit \(status)"
                }
            self.init(ok: false, seen: line.isEmpty ? end : "\(end): \(line)", took: took)
        }
    }
}

/// What the answer to a GET amounts to.
enum HTTPAnswer {
    /// No more of a body is read for a pattern.
    static let bodyLimitBytes = 64 << 10
    /// No more of one that is only shown where the answer is bad.
    static let excerptBytes = 16 << 10

    static func judge(_ result: FetchResult, _ question: HTTPQuestion, _ pattern: RegularExpression?) -> ProbeAnswer {
        switch result {
        case .failure(let why, let took): return ProbeAnswer(ok: false, seen: why, took: took)
        case .answer(let status, let body, let took):
            let isExpected = question.expected.contains { $0.contains(status) }
            let isMatch = pattern?.matches(bytes: body) ?? true
            var seen = "\(status) in \(took.text)"
            if isExpected, !isMatch { seen += ", the body does not match" }
            if !isExpected || !isMatch { seen += excerpt(of: body) }
            return ProbeAnswer(ok: isExpected && isMatch, seen: seen, took: took, digest: digest(status, body))
        }
    }

    /// What a bad answer says of itself, on one line.
    private static func excerpt(of body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(160), as: UTF8.self)
        let line = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return line.isEmpty ? "" : ": \(line)"
    }

    /// FNV-1a, never 0: another answer of a starting program is progress.
    private static func digest(_ status: Int, _ body: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in [UInt8(truncatingIfNeeded: status)] + body { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return max(hash, 1)
    }
}
