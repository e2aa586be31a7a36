// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// A new configuration while the host runs.
struct ReconfigureTests {
    private static let probe = ProbeSpecification(target: .tcp(host: "127.0.0.1", port: 1), interval: .seconds(1))

    /// `a` and `b` are ready.
    private static func host(_ change: (inout ServiceSpecification) -> Void = { _ in }) -> Host {
        var host = Host([service("a", change), service("b")])
        host.start("a", "b")
        host.started("a")
        host.started("b")
        _ = host.takeLog()
        host.reports = []
        return host
    }

    @Test func whatDidNotChangeIsNotTouched() {
        var host = Self.host()
        let before = host.machine.services
        host.take(.configure([service("a"), service("b")], seed: 1))
        #expect(host.machine.services == before)
        #expect(host.log == [] && host.reports.isEmpty)
    }

    @Test func anotherCommandIsAReasonForARestart() {
        var host = Self.host()
        host.take(.configure([service("a") { $0.launch.command = ["other"] }, service("b")], seed: 1))
        #expect(host.takeLog() == ["signal a"])
        host.exited("a")
        #expect(host.takeLog() == ["launch a"])
        #expect(host.machine.services[named("a")]?.isOutdated == false)
        #expect(host.machine.services[named("a")]?.restarts == 1)
    }

    @Test func anotherProbeIsAskedInPlace() {
        var host = Self.host { $0.ready = Self.probe }
        host.answerReady("a")
        host.take(
            .configure(
                [
                    service("a") {
                        $0.ready = Self.probe; $0.ready?.interval = .seconds(9)
                    }, service("b"),
                ], seed: 1))
        #expect(host.takeLog() == [])
        #expect(host.phase("a") == .ready)
        host.answerReady("a", ok: false)
        #expect(host.phase("a") == .running)
    }

    @Test func aReadyProbeThatIsGoneLeavesItReady() {
        var host = Self.host { $0.ready = Self.probe }
        #expect(host.phase("a") == .running)
        host.take(.configure([service("a"), service("b")], seed: 1))
        #expect(host.phase("a") == .ready)
    }

    @Test func aStartupProbeThatIsGoneEndsTheStartup() {
        var host = Self.host { $0.startup = Self.probe }
        #expect(host.phase("a") == .starting)
        host.take(.configure([service("a"), service("b")], seed: 1))
        #expect(host.phase("a") == .ready)
    }

    @Test func whatFailsIsTriedAtOnceWithItsNewCommand() {
        var host = Self.host()
        host.exited("a", .code(1), ran: .seconds(1))
        _ = host.takeLog()
        #expect(host.phase("a") == .backoff)
        host.take(.configure([service("a") { $0.launch.command = ["other"] }, service("b")], seed: 1))
        #expect(host.takeLog() == ["launch a"])
    }

    @Test func whatAPersonStoppedStaysDownWithAnotherCommand() {
        var host = Self.host()
        host.take(.stop([named("a")], by: .person))
        host.exited("a")
        _ = host.takeLog()
        host.take(.configure([service("a") { $0.launch.command = ["other"] }, service("b")], seed: 1))
        #expect(host.takeLog() == [])
        #expect(host.phase("a") == .stopped)
    }

    @Test func aServiceThatIsGoneIsStoppedAndThenForgotten() {
        var host = Self.host()
        host.take(.configure([service("a")], seed: 1))
        #expect(host.takeLog() == ["signal b"])
        host.start("b", by: .person)
        #expect(host.machine.leaving == [named("b")])
        host.exited("b")
        #expect(host.takeLog() == ["remove b"])
        #expect(host.machine.services[named("b")] == nil)
    }

    @Test func servicesThatAreGoneStopInOrder() {
        var host = Host([service("a"), service("b") { $0.after = [named("a")] }])
        host.start("a", "b")
        host.started("a")
        host.started("b")
        _ = host.takeLog()
        host.take(.configure([], seed: 1))
        #expect(host.takeLog() == ["signal b"])
        host.exited("b")
        #expect(host.takeLog() == ["signal a", "remove b"])
        host.exited("a")
        #expect(host.takeLog() == ["remove a"])
    }

    @Test func aServiceThatComesBackWhileItStopsIsStartedAgain() {
        var host = Self.host()
        host.take(.configure([service("a")], seed: 1))
        host.take(.configure([service("a"), service("b")], seed: 1))
        host.start("b")
        _ = host.takeLog()
        host.exited("b")
        #expect(host.takeLog() == ["launch b"])
    }

    @Test func aNewServiceIsAtRestUntilItIsStarted() {
        var host = Self.host()
        host.take(.configure([service("a"), service("b"), service("c") { $0.after = [named("a")] }], seed: 1))
        #expect(host.phase("c") == .stopped)
        host.start("c")
        #expect(host.takeLog() == ["launch c"])
    }

    @Test func aNewOrderIsWhatCountsForOneThatWaits() {
        var host = Host([service("a"), service("b") { $0.after = [named("a")] }])
        host.start("b")
        #expect(host.phase("b") == .waiting)
        host.take(.configure([service("a"), service("b")], seed: 1))
        #expect(host.takeLog() == ["launch b"])
    }

    @Test func instancesOfOneServiceGetTheirNewCommandOneAfterTheOther() {
        var host = Host((1...2).map { number in service("web@\(number)") { $0.ready = Self.probe } })
        for name in ["web@1", "web@2"] {
            host.start(name)
            host.started(name)
            host.answerReady(name)
        }
        _ = host.takeLog()
        host.take(
            .configure(
                (1...2).map { number in
                    service("web@\(number)") {
                        $0.ready = Self.probe
                        $0.launch.command = ["other"]
                    }
                }, seed: 1))
        #expect(host.takeLog() == ["signal web@1"])
    }

    @Test func theDigestTellsLaunchesApart() {
        let changes: [(inout ServiceSpecification) -> Void] = [
            { $0.launch.command = ["a", "bc"] }, { $0.launch.command = ["ab", "c"] }, { $0.launch.directory = "/" },
            { $0.launch.user = "nobody" }, { $0.launch.group = "nobody" }, { $0.launch.groups = [] },
            { $0.launch.groups = ["x"] }, { $0.launch.umask = 0 }, { $0.launch.nice = 0 },
            { $0.launch.oomScoreAdjust = 0 }, { $0.launch.environment = ["A": "1"] },
            { $0.launch.environment = ["A": "2"] }, { $0.launch.environmentFile = "/x" },
            { $0.launch.limits = [.init(name: "nofile", value: 64)] }, { $0.log.streams = .separate },
        ]
        let digests = changes.map { service("a", $0).launchDigest } + [service("a").launchDigest]
        #expect(Set(digests).count == digests.count)
        let inPlace = service("a") {
            $0.live = Self.probe
            $0.restart.burst = 9
            $0.after = [named("b")]
            $0.stop.grace = .seconds(1)
            $0.log.keep = 3
        }
        #expect(inPlace.launchDigest == service("a").launchDigest)
    }
}
