// SPDX-License-Identifier: Apache-2.0

/// For whom there is a place when there are few.
nonisolated enum Rank: Int, Comparable {
    case others, admins, root

    static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
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
    func refusal(of account: String, _ rank: Rank) -> Refused? {
        if rank != .root, accounts.count(where: { $0 == account }) >= limits.connectionsPerUser {
            let text = "too many connections of \(account) (at most \(limits.connectionsPerUser))"
            return Refused(text: text, isOwnLimit: true)
        }
        let (kept, whom) =
            switch rank {
            case .root: (0, "")
            case .admins: (limits.keptPlaces / 2, " for all but root")
            case .others: (limits.keptPlaces, " for all but root and admins")
            }
        let places = limits.connections - kept
        return accounts.count < places ? nil : Refused(text: "too many connections (at most \(places)\(whom))")
    }

    /// Why one more stream is refused; nil when there is room. Half of the streams are kept for root.
    func streamRefusal(of account: String, _ rank: Rank) -> String? {
        let places = rank == .root ? limits.streams : limits.streams / 2
        guard accounts.count < places else { return "too many streams (at most \(places))" }
        guard rank == .root || accounts.count(where: { $0 == account }) < limits.streamsPerUser else {
            return "too many streams of \(account) (at most \(limits.streamsPerUser))"
        }
        return nil
    }
}
