// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What an outage of the network means for services that need it.
@Suite struct OutageTests {
    private func specification(_ name: String = "gateway", needs: [ConditionKind]) throws -> ServiceSpecification {
        let launch = LaunchSpecification(command: ["/bin/true"])
        var result = ServiceSpecification(name: try #require(ServiceName(name)), launch: launch)
        result.needs = needs
        result.live = ProbeSpecification(target: .tcp(host: "127.0.0.1", port: 1), interval: .seconds(10), failures: 3)
        return result
    }

    private func running(needs: [ConditionKind]) throws -> Subject {
        var subject = Subject(try specification(needs: needs))
        subject.take(.start(by: .person))
        subject.started()
        subject.pass(.seconds(60))
        return subject
    }

    @Test func aFailingLiveProbeIsNotCountedWhileTheNetworkIsDown() throws {
        var subject = try running(needs: [.network])
        subject.take(.conditions([.network]))
        for _ in 0..<10 { subject.probe(.live, ok: false, seen: "no answer in 3 s") }
        #expect(subject.phase == .ready)
        #expect(subject.machine.restarts == 0)
        subject.take(.conditions([]))
        for _ in 0..<3 { subject.probe(.live, ok: false) }
        #expect(subject.phase == .stopping)
    }

    @Test func aHeartbeatThatIsMissedWhileTheNetworkIsDownIsNotCounted() throws {
        var specification = try specification(needs: [.network])
        specification.live = ProbeSpecification(
            target: .heartbeat, interval: .seconds(10), timeout: .seconds(1), failures: 1)
        var subject = Subject(specification)
        subject.take(.start(by: .person))
        subject.started()
        subject.take(.conditions([.network]))
        for _ in 0..<10 {
            subject.pass(.seconds(10.5))
            subject.take(.wake)
            subject.take(.notified(subject.instance, NotifyRecord()))
        }
        #expect(subject.phase == .ready)
        #expect(subject.machine.restarts == 0)
        subject.take(.conditions([]))
        subject.pass(.seconds(10.5))
        subject.take(.wake)
        subject.take(.notified(subject.instance, NotifyRecord()))
        #expect(subject.phase == .stopping)
    }

    @Test func whatWasCountedJustBeforeTheOutageIsForgiven() throws {
        var subject = try running(needs: [.network])
        subject.probe(.live, ok: false)
        subject.probe(.live, ok: false)
        #expect(subject.phase == .unhealthy)
        subject.take(.conditions([.network]))
        #expect(subject.phase == .ready)
        subject.take(.conditions([]))
        subject.probe(.live, ok: false)
        #expect(subject.phase == .unhealthy)
        #expect(subject.machine.reason.contains("1 of 3"))
    }

    @Test func aServiceThatDoesNotNeedTheNetworkIsJudgedAsEver() throws {
        var subject = try running(needs: [.disk])
        subject.take(.conditions([.network]))
        for _ in 0..<3 { subject.probe(.live, ok: false) }
        #expect(subject.phase == .stopping)
    }

    @Test func anExitDuringAnOutageWaitsForItsEnd() throws {
        var subject = try running(needs: [.network])
        subject.take(.conditions([.network]))
        subject.exited(.code(1), ran: .seconds(60))
        for _ in 0..<3 where subject.phase == .backoff { subject.wake() }
        #expect(subject.phase == .waiting)
        #expect(subject.take(.conditions([])).contains { if case .launch = $0 { true } else { false } })
    }

    @Test(arguments: [3, 40]) func afterAnOutageServicesStartOneAfterTheOther(count: Int) throws {
        var now = Instant(nanoseconds: 1_000_000_000_000)
        let machines = try (0..<count).map { index in
            ServiceMachine(
                try specification("s\(100 + index)", needs: [.network]), reason: "not started yet", seed: 1, at: now)
        }
        var host = HostMachine(machines)
        _ = host.handle(.conditions([.network]), at: now)
        for name in host.services.keys.sorted() { _ = host.handle(.service(name, .start(by: .host)), at: now) }
        #expect(host.services.values.allSatisfy { $0.phase == .waiting })
        let back = now
        var launches = Self.launches(host.handle(.conditions([]), at: now)).map { _ in now }
        #expect(launches.count == 1)
        while launches.count < count, let next = host.deadline {
            now = max(now, next)
            for name in host.services.keys.sorted() {
                launches += Self.launches(host.handle(.service(name, .wake), at: now)).map { _ in now }
            }
        }
        #expect(launches.count == count)
        let apart = zip(launches, launches.dropFirst()).map { $1 - $0 }
        #expect(apart.allSatisfy { $0 > .zero && $0 <= .seconds(5) })
        #expect(now - back <= .seconds(60))
    }

    @Test func anOutageThatComesBackHoldsWhatWaitsForItsTurn() throws {
        let now = Instant(nanoseconds: 1_000_000_000_000)
        var subject = Subject(try specification(needs: [.network]))
        subject.take(.conditions([.network]))
        subject.take(.start(by: .host))
        subject.take(.conditions([], turn: .seconds(5)))
        #expect(subject.phase == .waiting)
        #expect(subject.machine.deadline == now + .seconds(5))
        subject.take(.conditions([.network]))
        subject.wake()
        #expect(subject.phase == .waiting)
        #expect(subject.machine.reason == "condition network is critical")
    }

    private static func launches(_ effects: [HostMachine.Effect]) -> [InstanceID] {
        effects.compactMap { effect in
            if case .service(_, .launch(let instance)) = effect { instance } else { nil }
        }
    }
}
