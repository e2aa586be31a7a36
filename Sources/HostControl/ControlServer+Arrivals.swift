// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// From the connection to the moment when libmicrohttpd gets it, or it is refused.
extension ControlServer {
    func arrived(_ socket: consuming Descriptor, _ peer: ControlPeer) {
        let rank = rank(of: peer, socket.raw)
        let noRoom = crowd.refusal(of: peer.account, rank).flatMap { refusal in
            evictSilent(for: peer.account, rank, refusal) ? nil : refusal.text
        }
        if let noRoom, arrivals.values.count(where: \.isRefused) >= limits.farewells {
            Sockets.sendNow(socket.raw, Refusal.noRoom(noRoom).bytes)
            return
        }
        let arrival = Arrival(
            socket, peer, rank, limit: limits.headerBytes, at: loop.now,
            deadline: loop.now + limits.headerDeadline)
        do throws(SystemError) {
            try arrival.begin(on: loop) { [weak self] in self?.turn(of: $0, $1) }
            arrivals[ObjectIdentifier(arrival)] = arrival
            if let noRoom { refuse(arrival, .noRoom(noRoom)) }
        } catch {
            arrival.close()
        }
        armDeadlines()
    }

    private var crowd: Crowd {
        Crowd(
            limits: limits,
            accounts: arrivals.values.filter { !$0.isRefused }.map(\.peer.account)
                + connections.values.map(\.peer.account))
    }

    private func rank(of peer: ControlPeer, _ socket: Int32) -> Rank {
        guard case .process(let credentials) = peer else { return .others }
        if privileged.contains(credentials.uid) { return .root }
        return access.right(of: credentials.groups(of: socket)) == .change ? .admins : .others
    }

    /// Makes room: whoever has been silent longest goes. Nobody makes room for those below them.
    private func evictSilent(for account: String, _ rank: Rank, _ refusal: Crowd.Refused) -> Bool {
        let latest = loop.now - limits.silence
        let silent = arrivals.values.filter { other in
            guard other.since <= latest, !other.isRefused else { return false }
            return refusal.isOwnLimit ? other.peer.account == account : other.rank <= rank
        }
        guard let oldest = silent.min(by: { ($0.rank, $0.since) < ($1.rank, $1.since) }) else { return false }
        drop(oldest)
        return true
    }

    private func turn(of arrival: Arrival, _ turn: Arrival.Turn) {
        defer { armDeadlines() }
        switch turn {
        case .over: drop(arrival)
        case .refused(let refusal): refuse(arrival, refusal)
        case .head(let head):
            do throws(Refusal) {
                let target = try checked(head)
                let mayChange = try right(of: arrival, head) == .change
                if let bytes = head.bodyBytes, bytes > limits.bodyBytes { throw tooBig }
                pass(arrival, head, target, mayChange: mayChange)
            } catch {
                refuse(arrival, error)
            }
        }
    }

    private func checked(_ head: RequestHead) throws(Refusal) -> RequestTarget {
        do throws(ErrorAnswer) {
            return try RequestTarget(head.target)
        } catch {
            throw Refusal(400, error.error, hint: error.hint)
        }
    }

    private func right(of arrival: Arrival, _ head: RequestHead) throws(Refusal) -> ControlAccess.Right {
        do throws(Refusal) {
            switch arrival.peer {
            case .network:
                try network?.check(head)
                return .look
            case .process(let credentials):
                guard arrival.rank == .others else { return .change }
                let right = access.right(of: arrival.groups(credentials))
                guard right == .nothing else { return right }
                let hint = "ask as root, or as a member of admin_group or read_group"
                throw Refusal(403, "uid \(credentials.uid) may not look", hint: hint)
            }
        } catch {
            onRefusal?(arrival.peer, error.why.error)
            throw error
        }
    }

    func refuse(_ arrival: Arrival, _ refusal: Refusal) {
        arrival.refuse(refusal, until: loop.now + limits.farewell)
        if case .over? = arrival.discard() { drop(arrival) }
    }

    func drop(_ arrival: Arrival) {
        arrivals[ObjectIdentifier(arrival)] = nil
        arrival.close()
    }

    /// Hands an arrival to libmicrohttpd.
    private func pass(_ arrival: Arrival, _ head: RequestHead, _ target: RequestTarget, mayChange: Bool) {
        arrivals[ObjectIdentifier(arrival)] = nil
        guard let socket = arrival.take() else { return }
        let connection = ControlConnection(
            socket: socket.raw, peer: arrival.peer, rank: arrival.rank, head: head, target: target,
            mayChange: mayChange,
            deadline: loop.now + limits.bodyDeadline, daemon: daemon)
        connection.server = self
        connections[ObjectIdentifier(connection)] = connection
        if !daemon.add(socket, as: connection) { connections[ObjectIdentifier(connection)] = nil }
    }
}
