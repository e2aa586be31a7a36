// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// A place from which Nodes are downloaded, laid out like https://nodejs.org/dist.
public struct Mirror: Sendable {
    /// Whose certificates are believed; those of the system where both are nil.
    public struct Trust: Hashable, Sendable {
        /// A file of certificates.
        public var file: String?
        /// A folder of certificates.
        public var folder: String?

        /// Trusts what this file and this folder hold.
        public init(file: String? = nil, folder: String? = nil) {
            self.file = file
            self.folder = folder
        }
    }

    static let redirectLimit = 5

    /// Its address, without a slash at its end.
    public let address: String
    /// It may be silent for so long, in whole seconds.
    public let patience: Duration
    /// Whose certificates are believed.
    public let trust: Trust

    /// The mirror at `address` (http or https).
    public init(_ address: String, patience: Duration = .seconds(30), trust: Trust = Trust()) {
        var address = address
        while address.hasSuffix("/") { address.removeLast() }
        self.address = address
        self.patience = max(patience, .seconds(1))
        self.trust = trust
    }

    /// Redirects never lead from https to anything else.
    var redirectProtocols: String { address.lowercased().hasPrefix("https://") ? "https" : "http,https" }

    /// The address of a file, as people are told it: without a password.
    public func shown(_ path: String) -> String {
        guard let scheme = address.firstRange(of: "://") else { return "\(address)/\(path)" }
        let rest = address[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return "\(address)/\(path)" }
        return "\(address[..<scheme.upperBound])\(rest[rest.index(after: at)...])/\(path)"
    }

    /// The file at `path` below the mirror, of at most `limitBytes`; nil when it has none there.
    public func bytes(of path: String, limitBytes: Int) throws(InstallError) -> [UInt8]? {
        var bytes: [UInt8] = []
        let place = shown(path)
        let exchange = Exchange { _ in
        } take: { (piece) throws(InstallError) in
            bytes += piece
            guard bytes.count <= limitBytes else { throw .failed("\(place) has more than \(limitBytes) bytes") }
        }
        switch try exchange.run("\(address)/\(path)", headers: [], from: self) {
        case .complete where (200..<300).contains(exchange.head.status): return bytes
        case .complete where [404, 410].contains(exchange.head.status): return nil
        case .complete: throw Self.refusal(exchange.head, at: place)
        case .cut(let why), .failed(let why): throw .failed("\(place): \(why)")
        }
    }

    /// What an answer says that is no success.
    static func refusal(_ head: AnswerHead, at place: String) -> InstallError {
        .failed("\(place): the mirror answers with status \(head.status)")
    }
}

/// Text of others in one line.
enum CleanLine {
    /// `text` without control characters, cut after 300 characters.
    static func of(_ text: some StringProtocol) -> String {
        String(text.unicodeScalars.prefix(300).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
    }
}
