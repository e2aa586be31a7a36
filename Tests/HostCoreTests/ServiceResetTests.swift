// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// A person has earlier failures forgotten.
struct ServiceResetTests {
    /// Failed so often that it is a crash loop.
    private static var looping: Subject {
        var web = Subject.up(service { ($0.restart.jitter, $0.restart.burst) = (0, 2) })
        web.exited(.code(1))
        web.wake()
        web.started()
        web.exited(.code(1))
        return web
    }

    @Test func aResetCutsACrashLoopShortAndForgetsItsFailures() {
        var web = Self.looping
        #expect(web.phase == .looping && web.machine.restarts == 2)
        web.take(.reset)
        #expect(web.effects.launched == [InstanceID("web.3")])
        #expect(web.effects.reports == [.reset, .starting])
        #expect(web.machine.restarts == 0)
        web.started()
        web.exited(.code(1))
        #expect(web.phase == .backoff && web.machine.reason == "250 ms: exit 1 after 0 s", "as after a first failure")
    }

    @Test func aResetOfABackOffLooksAtThePortsFirst() {
        var web = Subject(service { $0.ports = [80] })
        web.take(.start(by: .host))
        web.take(.portsChecked(nil))
        web.started()
        web.exited(.code(1))
        #expect(web.phase == .backoff)
        web.take(.reset)
        #expect(web.phase == .waiting && web.effects.contains(.checkPorts([80])))
    }

    @Test func whatRunsIsNotTouchedAndItsNextFailureIsTheFirst() {
        var web = Self.looping
        web.wake()
        web.started()
        web.take(.reset)
        #expect(web.phase == .ready && web.effects.reports == [.reset] && web.effects.count == 1)
        web.exited(.code(1))
        #expect(web.phase == .backoff && web.machine.restarts == 1)
    }

    @Test(arguments: [ServiceMark.held, .stopped])
    func whatIsDownStaysDown(_ mark: ServiceMark) {
        var web = Subject(service(), mark: mark)
        web.take(.reset)
        #expect(web.effects.reports == [.reset] && web.effects.count == 1)
        #expect(web.machine.mark == mark && web.machine.state.isDown)
    }

    @Test func aStopUnderWayStaysAStop() {
        var web = Subject.up(service())
        web.take(.stop(by: .person))
        web.take(.reset)
        web.exited(.signal(15))
        #expect(web.phase == .stopped && web.effects.launched.isEmpty)
    }

    @Test func whatWasForgottenStaysForgottenOverAKillOfHostd() throws {
        var web = Self.looping
        web.wake()
        web.started()
        web.take(.reset)
        try web.hostdIsKilled()
        web.started()
        web.exited(.code(1))
        #expect(web.phase == .backoff && web.machine.restarts == 1)
    }

    @Test func aHostThatShutsDownStartsNothingForAReset() {
        var host = HostMachine([Self.looping.machine])
        let now = Self.looping.now
        _ = host.handle(.shutDown, at: now)
        #expect(host.handle(.service(named("web"), .reset), at: now).isEmpty)
    }
}
