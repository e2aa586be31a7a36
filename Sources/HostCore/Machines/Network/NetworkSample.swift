// SPDX-License-Identifier: Apache-2.0

/// Why a question to the network has no answer.
public enum NetworkFailure: String, Hashable, Sendable, CaseIterable {
    /// The name could not be looked up.
    case name
    /// There is no way there: no route, host or net unreachable.
    case unreachable
    /// The host is there and refuses the connection.
    case refused
    /// The connection was ended before the answer was whole.
    case cut
    /// Nothing came in time.
    case silent
    /// TLS was not agreed on, or the certificate is not the right one.
    case tls
    /// Something answered, and not as the right server would.
    case unexpected
}

/// Where the time of a question went.
public struct NetworkPhases: Hashable, Sendable {
    /// Looking the name up; nil where nothing was looked up.
    public var resolve: Duration?
    /// From there to the connection; nil on one that was kept.
    public var connect: Duration?
    /// From there to the end of the TLS handshake; nil without one.
    public var tls: Duration?
    /// From the question to the first byte of the answer.
    public var firstByte: Duration?

    /// These times.
    public init(resolve: Duration? = nil, connect: Duration? = nil, tls: Duration? = nil, firstByte: Duration? = nil) {
        self.resolve = resolve
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
    }
}

/// What one question to the network came to.
public struct NetworkSample: Hashable, Sendable {
    /// An answer or none.
    public enum Outcome: Hashable, Sendable {
        /// It was answered: from the question to the first byte of the answer.
        case answered(Duration)
        /// It was not: why, and in words.
        case failed(NetworkFailure, String)
    }

    /// An answer or none.
    public var outcome: Outcome
    /// Where the time went.
    public var phases: NetworkPhases
    /// What there is to say of an answer, for people: "503" of a server that is there and not well.
    public var remark: String?
    /// hostd itself was late while it was asked: what it says may be hostd's own doing.
    public var isLate: Bool

    /// A sample.
    public init(
        _ outcome: Outcome, phases: NetworkPhases = NetworkPhases(), remark: String? = nil, isLate: Bool = false
    ) {
        self.outcome = outcome
        self.phases = phases
        self.remark = remark
        self.isLate = isLate
    }
}
