// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// What the kernel knows of the connections that services have themselves: nothing is sent for it.
final class SocketWatch {
    /// So often they are looked at, while the network is watched and a service that needs it runs.
    static let interval: Duration = .seconds(30)

    /// The newest look, by service.
    fileprivate(set) var figures: [ServiceName: [SocketFigures]] = [:]
    fileprivate var timer: TimerSource?
    fileprivate var isAwake = false
    /// What each socket had sent, and sent again, at the look before; nil before the first.
    private var totals: [UInt32: (sent: UInt64, again: UInt64)]?

    /// What all of them have sent since then. Of one that is new all of it, unless nobody has looked yet.
    fileprivate func segments(of figures: [SocketFigures]) -> (sent: UInt64, again: UInt64) {
        var sum: (sent: UInt64, again: UInt64) = (0, 0)
        for socket in figures {
            guard let totals else { break }
            // A number may be that of another socket by now.
            let before = totals[socket.inode].flatMap { $0.sent <= socket.sent ? $0 : nil }
            sum.sent += socket.sent - (before?.sent ?? 0)
            sum.again += socket.retransmitted - min(before?.again ?? 0, socket.retransmitted)
        }
        totals = Dictionary(figures.map { ($0.inode, ($0.sent, $0.retransmitted)) }) { first, _ in first }
        return sum
    }
}

extension Supervisor {
    private static let socketDeadline: Duration = .seconds(30)

    /// Begins to look, when there is something to look at.
    func watchSockets() {
        guard !sockets.isAwake, !network.machine.targets.isEmpty else { return }
        if sockets.timer == nil { sockets.timer = try? loop.timer { [weak self] in self?.lookAtSockets() } }
        sockets.isAwake = sockets.timer != nil
        sockets.timer?.arm(at: loop.now + SocketWatch.interval)
    }

    private func lookAtSockets() {
        var roots: [Int32: ServiceName] = [:]
        for service in machine.services.values where service.specification.needs.contains(.network) {
            guard case .up(let life) = service.state, let keeper = launcher.keeperPid(life.instance) else { continue }
            roots[keeper] = life.instance.service
        }
        sockets.isAwake = false
        watchSockets()
        guard !roots.isEmpty, sockets.isAwake else { return sockets.figures = [:] }
        let pids = Set(roots.keys)
        files.submit(deadline: Self.socketDeadline) {
            TreeSockets.figures(below: pids)
        } then: { [weak self] (outcome: WorkOutcome<[Int32: [SocketFigures]]>) in
            guard let self, case .done(let found) = outcome else { return }
            self.sockets.figures = [:]
            for (pid, figures) in found { if let name = roots[pid] { self.sockets.figures[name] = figures } }
            let (sent, again) = self.sockets.segments(of: found.values.flatMap(\.self))
            self.network.take(sent: sent, again: again)
        }
    }

    /// For `GET /v1/net`: the services that need the network, and their connections beyond this host.
    var socketReport: JSON {
        .array(
            sockets.figures.sorted { $0.key < $1.key }.map { name, figures in
                let rtts = figures.map(\.rttMilliseconds).sorted()
                let sent = figures.reduce(0) { $0 + $1.sent }
                let again = figures.reduce(0) { $0 + $1.retransmitted }
                let silent = figures.map(\.silentMilliseconds).max()
                return [
                    "service": .string(name.text), "connections": JSON(figures.count),
                    "rtt_ms": JSON(rtts.isEmpty ? nil : rtts[rtts.count / 2]), "rtt_max_ms": JSON(rtts.last),
                    "retransmitted": JSON(sent > 0 ? Double(again) / Double(sent) : nil),
                    "silent_s": JSON(silent.map { Double($0) / 1000 }),
                ]
            })
    }
}
