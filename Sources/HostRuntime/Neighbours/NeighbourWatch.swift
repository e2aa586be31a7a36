// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// Looks for enabled units of systemd that run what a service is for: two supervisors would fight over it.
final class NeighbourWatch {
    /// What there is to say has changed.
    var changed: (() -> Void)?
    /// What is wrong, in words; nil for nothing.
    private(set) var trouble: String?

    /// What is in the way is looked at more often, so that it is known soon when it is not any more.
    private static let period: Duration = .seconds(300)
    private static let periodOfTrouble: Duration = .seconds(5)
    private static let deadline: Duration = .seconds(10)
    private static let namedLimit = 3

    /// A service whose program others may run, too.
    struct Wish: Hashable, Sendable {
        let service: ServiceName
        let units: [String]
        let ports: [UInt16]
        let user: String?
    }

    private let loop: EventLoop
    private let files: Worker
    private var wishes: [Wish] = []
    private var timer: TimerSource?
    /// A look that was asked for before is answered no more.
    private var looks = 0

    init(loop: EventLoop, files: Worker) {
        self.loop = loop
        self.files = files
    }

    /// Takes over what the configuration says, and looks.
    func configure(_ services: [ServiceSpecification]) {
        var seen: Set<ServiceName> = []
        wishes = services.compactMap { service in
            let units = service.nativeUnits ?? KnownProgram.nativeUnits(ofPorts: service.ports)
            guard !units.isEmpty, seen.insert(service.family).inserted else { return nil }
            return Wish(service: service.family, units: units, ports: service.ports, user: service.launch.user)
        }
        look()
    }

    private func look() {
        looks += 1
        guard !wishes.isEmpty else { return take([]) }
        let (number, wishes) = (looks, wishes)
        files.submit(deadline: Self.deadline) {
            wishes.flatMap(Self.troubles)
        } then: { [weak self] (outcome: WorkOutcome<[String]>) in
            guard let self, number == self.looks else { return }
            // A home folder that does not answer says nothing new.
            if case .done(let troubles) = outcome { self.take(troubles) } else { self.arm(Self.period) }
        }
    }

    private func take(_ troubles: [String]) {
        let shown = troubles.prefix(Self.namedLimit)
        let more = troubles.count > Self.namedLimit ? ["and \(troubles.count - Self.namedLimit) more units"] : []
        let words = troubles.isEmpty ? nil : (shown + more).joined(separator: "; ")
        if words != trouble {
            trouble = words
            changed?()
        }
        if wishes.isEmpty { timer = nil } else { arm(trouble == nil ? Self.period : Self.periodOfTrouble) }
    }

    private func arm(_ period: Duration) {
        if timer == nil { timer = try? loop.timer { [weak self] in self?.look() } }
        timer?.arm(at: loop.now + period)
    }

    private nonisolated static func troubles(_ wish: Wish) -> [String] {
        let owner = wish.user.flatMap(Users.account) ?? Users.account(uid: geteuid())
        return NativeUnits.enabled(wish.units, ports: wish.ports, owner: owner).map { found in
            let over = wish.ports.first.map { "port \($0)" } ?? "what it does"
            let advice = UnitAdvice.commands(found.unit).map { " (\($0))" } ?? ""
            let whose = found.unit.manager == .system ? "" : ","
            return "\(wish.service): \(UnitAdvice.name(found.unit))\(whose) is enabled as well (\(found.link)): two "
                + "supervisors would fight over \(over)\(advice)"
        }
    }
}

extension Supervisor {
    /// Before anything is launched: the first look is on its way.
    func watchNeighbours() {
        neighbours.changed = { [weak self] in self?.showConfigCondition() }
        wantNeighbours(of: configuration)
    }

    func wantNeighbours(of configuration: HostConfiguration) {
        neighbours.configure(configuration.services)
    }
}
