// SPDX-License-Identifier: Apache-2.0

/// What clients of the control socket can take.
public nonisolated struct ControlLimits: Sendable {
    /// Connections at once, those of root and of hostd's own user included.
    public var connections: Int
    /// Connections at once of any other user.
    public var connectionsPerUser: Int
    /// Of `connections`, so many are kept for root, hostd's own user and members of admin_group; half of them for the
    /// first two alone.
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
