// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// Something of the web that is read as a whole.
public struct WebDocument: Sendable {
    private let url: String
    private let token: String?
    private let mirror: Mirror

    /// What is at `url` (http or https). With `token` that is sent as a bearer token, to that host alone. It may be
    /// silent for `patience`.
    public init(_ url: String, token: String?, patience: Duration, trust: Mirror.Trust) {
        self.url = url
        self.token = token
        // Redirects go by the scheme of the address.
        mirror = Mirror(url, patience: patience, trust: trust)
    }

    /// All of it, of at most `limitBytes`. Blocks.
    public func bytes(limitBytes: Int) throws(InstallError) -> [UInt8] {
        var bytes: [UInt8] = []
        let place = String(url.prefix { $0 != "?" && $0 != "#" })
        let exchange = Exchange { _ in
        } take: { (piece) throws(InstallError) in
            bytes += piece
            guard bytes.count <= limitBytes else { throw .failed("\(place) has more than \(limitBytes) bytes") }
        }
        switch try exchange.run(url, headers: token.map { ["Authorization: Bearer \($0)"] } ?? [], from: mirror) {
        case .complete where (200..<300).contains(exchange.head.status): return bytes
        case .complete: throw .failed("\(place) answers with status \(exchange.head.status)\(hint(exchange.head))")
        case .cut(let why), .failed(let why): throw .failed("\(place): \(why)")
        }
    }

    private func hint(_ head: AnswerHead) -> String {
        switch head.status {
        case 401, 403: token == nil ? " (it wants a key)" : " (it does not take this key)"
        case 429: head["retry-after"].map { " (again after \(CleanLine.of($0)) s)" } ?? ""
        default: ""
        }
    }
}
