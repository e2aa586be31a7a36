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
    /// From the connection to the end of its header, in all.
    public var headerDeadline: Duration
    /// From the end of the header to the end of the body, in all.
    public var bodyDeadline: Duration
    /// From the answer to the moment when the client has taken all of it.
    public var answerDeadline: Duration

    /// The limits; the defaults are those of the contract.
    public init(
        connections: Int = 128, connectionsPerUser: Int = 16, keptPlaces: Int = 16, bodyBytes: Int = 1 << 20,
        headerBytes: Int = 16 << 10, headerDeadline: Duration = .seconds(5), bodyDeadline: Duration = .seconds(30),
        answerDeadline: Duration = .seconds(30)
    ) {
        self.connections = connections
        self.connectionsPerUser = connectionsPerUser
        self.keptPlaces = keptPlaces
        self.bodyBytes = bodyBytes
        self.headerBytes = headerBytes
        self.headerDeadline = headerDeadline
        self.bodyDeadline = bodyDeadline
        self.answerDeadline = answerDeadline
    }

    /// Why one more connection of `uid` is refused; nil when there is room. `open` are the users of those that stand.
    func refusal(of uid: UInt32, open: some Collection<UInt32>, privileged: Set<UInt32>) -> String? {
        if privileged.contains(uid) {
            return open.count < connections ? nil : "too many connections (at most \(connections))"
        }
        guard open.count < connections - keptPlaces else {
            return "too many connections (at most \(connections - keptPlaces) for all users but root)"
        }
        guard open.count(where: { $0 == uid }) < connectionsPerUser else {
            return "too many connections of uid \(uid) (at most \(connectionsPerUser))"
        }
        return nil
    }
}
