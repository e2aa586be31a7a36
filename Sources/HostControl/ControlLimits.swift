// SPDX-License-Identifier: Apache-2.0

/// What clients of the control socket can take.
public nonisolated struct ControlLimits: Sendable {
    /// Connections at once, those of root and of hostd's own user included.
    public var connections: Int
    /// Connections at once of any other user.
    public var connectionsPerUser: Int
    /// Of `connections`, so many are kept for root and hostd's own user.
    public var keptPlaces: Int
    /// The longest body in bytes.
    public var bodyBytes: Int
    /// The longest header in bytes, roughly; also the memory of a connection.
    public var headerBytes: Int
    /// Streams at once, those of root and of hostd's own user included.
    public var streams: Int
    /// Streams at once of any other user.
    public var streamsPerUser: Int
    /// From the connection to the end of its header, in all.
    public var headerDeadline: Duration
    /// From the end of the header to the end of the body, in all.
    public var bodyDeadline: Duration
    /// From the answer to the moment when the client has taken all of it.
    public var answerDeadline: Duration
    /// So long a client may take for one piece of a stream.
    public var streamPatience: Duration
    /// Who has not sent a header for so long makes room for others when there is no more.
    public var silence: Duration
    /// So long a client that was refused may go on sending before it is cut.
    public var farewell: Duration
    /// So many clients that were refused are given that time, beyond `connections`; further ones are cut at once.
    public var farewells: Int

    /// The limits; the defaults are those of the contract.
    public init(
        connections: Int = 128, connectionsPerUser: Int = 16, keptPlaces: Int = 16, bodyBytes: Int = 1 << 20,
        headerBytes: Int = 16 << 10, streams: Int = 64, streamsPerUser: Int = 8,
        headerDeadline: Duration = .seconds(5), bodyDeadline: Duration = .seconds(30),
        answerDeadline: Duration = .seconds(30), streamPatience: Duration = .seconds(10),
        silence: Duration = .seconds(1), farewell: Duration = .seconds(1), farewells: Int = 64
    ) {
        self.connections = connections
        self.connectionsPerUser = connectionsPerUser
        self.keptPlaces = keptPlaces
        self.bodyBytes = bodyBytes
        self.headerBytes = headerBytes
        self.streams = streams
        self.streamsPerUser = streamsPerUser
        self.headerDeadline = headerDeadline
        self.bodyDeadline = bodyDeadline
        self.answerDeadline = answerDeadline
        self.streamPatience = streamPatience
        self.silence = silence
        self.farewell = farewell
        self.farewells = farewells
    }
}

/// Who is there, against the limits. An account is a user, or an address on TCP.
nonisolated struct Crowd {
    let limits: ControlLimits
    /// The account of each connection that stands.
    let accounts: [String]

    /// Why one more is refused.
    struct Refused: Equatable {
        var text: String
        /// The account has too many itself.
        var isOwnLimit = false
    }

    /// Why one more connection is refused; nil when there is room.
    func refusal(of account: String, isPrivileged: Bool) -> Refused? {
        if isPrivileged {
            guard accounts.count >= limits.connections else { return nil }
            return Refused(text: "too many connections (at most \(limits.connections))")
        }
        guard accounts.count(where: { $0 == account }) < limits.connectionsPerUser else {
            let text = "too many connections of \(account) (at most \(limits.connectionsPerUser))"
            return Refused(text: text, isOwnLimit: true)
        }
        let places = limits.connections - limits.keptPlaces
        guard accounts.count >= places else { return nil }
        return Refused(text: "too many connections (at most \(places) for all users but root)")
    }

    /// Why one more stream is refused; nil when there is room. Half of the streams are kept for root.
    func streamRefusal(of account: String, isPrivileged: Bool) -> String? {
        let places = isPrivileged ? limits.streams : limits.streams / 2
        guard accounts.count < places else { return "too many streams (at most \(places))" }
        guard isPrivileged || accounts.count(where: { $0 == account }) < limits.streamsPerUser else {
            return "too many streams of \(account) (at most \(limits.streamsPerUser))"
        }
        return nil
    }
}
