// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Every state survives the way through its text.
struct SnapshotTests {
    /// A service with everything, in each state that it can be in.
    private static func everyState() -> [(String, Subject)] {
        let all = service {
            ($0.startup, $0.live, $0.ready) = (probe(), probe(failures: 3), probe(failures: 2, successes: 2))
            ($0.ports, $0.after, $0.afterTimeout) = ([80], [named("proxy")], .seconds(90))
            ($0.restart.burst, $0.restart.jitter) = (2, 0)
        }
        var states: [(String, Subject)] = []
        var web = Subject(all)
        func note(_ name: String) { states.append((name, web)) }
        note("stopped")
        web.take(.start(by: .host))
        note("waiting for others")
        web.take(.dependenciesReady)
        note("port check")
        web.take(.portsChecked(PortHolder(port: 80, holder: "pid 1 (a\nb)")))
        note("port taken")
        web.wake()
        web.take(.portsChecked(nil))
        note("launching")
        web.started()
        note("startup")
        web.probe(.startup, ok: false, digest: 7)
        note("startup, asked")
        web.probe(.startup, ok: true)
        note("serving")
        web.probe(.ready, ok: true)
        note("half ready")
        web.probe(.ready, ok: true)
        web.probe(.live, ok: false)
        note("unhealthy")
        web.take(.queueStop(by: .person))
        note("queued to be stopped")
        web.take(.start(by: .person))
        return states + everyEnding(of: web)
    }

    /// The ways from running to rest.
    private static func everyEnding(of running: Subject) -> [(String, Subject)] {
        var states: [(String, Subject)] = []
        var web = running
        func note(_ name: String) { states.append((name, web)) }
        web.exited(.signal(11), ran: .seconds(3), treeEmpty: false)
        note("clearing")
        web.wake()
        note("clearing by force")
        web.take(.treeEmpty(web.instance))
        web.take(.lastLine(web.instance, "Segmentation fault\r"))
        note("backoff")
        web.wake()
        web.take(.portsChecked(nil))
        web.exited(.failedToStart("cannot exec /x: No such file"))
        note("looping")
        web = running
        web.exited(.code(78))
        note("held")
        web = running
        web.take(.stop(by: .person))
        note("asking")
        web.take(.signalled(web.instance))
        note("asked")
        web.wake()
        note("killing")
        web.wake()
        note("killing again")
        web.take(.keeperLost(web.instance))
        note("sweeping")
        web.take(.swept(web.instance, killed: 2))
        note("stopped by a person")
        web = running
        web.take(.restart)
        note("restarting")
        web = running
        web.take(.stop(by: .host))
        note("stopped by hostd")
        web = running
        for _ in 1...3 { web.probe(.live, ok: false) }
        note("ended for its health")
        return states
    }

    @Test func everyStateSurvivesSnapshotAndRestore() throws {
        for (name, subject) in Self.everyState() {
            let before = subject.machine
            let text = before.snapshot.text
            let fields = try #require(FieldText(parsing: text), "\(name)")
            let after = try #require(
                ServiceMachine(before.specification, from: fields, seed: 1, at: subject.now), "\(name): \(text)")
            #expect(after.phase == before.phase, "\(name)")
            #expect(after.state.instance == before.state.instance, "\(name)")
            #expect(after.state.process == before.state.process, "\(name)")
            #expect(after.reason == before.reason && after.since == before.since, "\(name)")
            #expect(after.launches == before.launches && after.restarts == before.restarts, "\(name)")
            #expect(after.lastExit == before.lastExit, "\(name)")
            #expect(after.wasReady == before.wasReady && after.mark == before.mark, "\(name)")
            #expect(after.queuedStop == before.queuedStop, "\(name)")
            #expect(after.returnsWithHost == before.returnsWithHost, "\(name)")
            // What a snapshot says is all that there is: the second one says the same.
            var again = after.snapshot
            if case .waiting = before.state { again["state"] = before.snapshot["state"] }
            #expect(again == before.snapshot, "\(name)")
        }
    }

    @Test func everyStateGoesOnAfterwards() throws {
        for (name, subject) in Self.everyState() {
            var web = subject
            try web.hostdIsKilled(away: .seconds(3))
            web.take(.stop(by: .person))
            for _ in 0..<10 where web.phase != .stopped {
                web.wake()
                for instance in web.effects.swept { web.take(.swept(instance, killed: 0)) }
            }
            #expect(web.phase == .stopped, "\(name)")
        }
    }

    @Test func whetherASnapshotChangedIsKnownWithoutMakingIt() {
        for (name, subject) in Self.everyState() {
            var before = subject.machine
            var machine = subject.machine
            for step in 0..<8 {
                let now = max(subject.now, machine.deadline ?? subject.now)
                for case .ask(let id, let kind, let number) in machine.handle(.wake, at: now) {
                    #expect(machine.hasSameSnapshot(as: before) == (machine.snapshot == before.snapshot), "\(name)")
                    let answer = ProbeAnswer(ok: step % 4 != 3, seen: "seen")
                    _ = machine.handle(.probed(id, kind, number: number, answer), at: now)
                }
                if step == 5 { _ = machine.handle(.stop(by: .person), at: now) }
                if step == 6 { _ = machine.handle(.start(by: .person), at: now) }
                #expect(machine.hasSameSnapshot(as: before) == (machine.snapshot == before.snapshot), "\(name) \(step)")
                before = machine
            }
        }
        let states = Self.everyState().map(\.1.machine)
        for one in states {
            for other in states {
                #expect(one.hasSameSnapshot(as: other) == (one.snapshot == other.snapshot))
            }
        }
    }

    @Test func aSnapshotOfAServiceWhoseProbesWereTakenAwayIsReady() throws {
        let before = Subject.up(service { ($0.startup, $0.ready) = (probe(), probe()) })
        let fields = before.machine.snapshot
        let after = try #require(ServiceMachine(service(), from: fields, seed: 1, at: before.now))
        #expect(after.phase == .ready && after.wasReady && after.deadline == nil)
    }

    @Test func brokenTextNeverTrapsAndWhatIsReadWorks() {
        var random = SplitMix64(seed: 7)
        let texts = Self.everyState().map { $0.1.machine.snapshot.text }
        let wild = ["", "-1", "0", "1", "\(Int64.min)", "\(Int64.max)", "\(UInt64.max)", "x", "99999999999999999999"]
        var read = 0
        for round in 0..<1000 {
            var fields = FieldText(parsing: texts[round % texts.count]) ?? FieldText()
            for _ in 0...Int.random(in: 0...2, using: &random) {
                guard let key = fields.values.keys.sorted().randomElement(using: &random) else { continue }
                switch Int.random(in: 0...3, using: &random) {
                case 0: fields[key] = nil
                case 1: fields[key] = wild.randomElement(using: &random)
                case 2: fields[key] = fields.values.values.sorted().randomElement(using: &random)
                default:
                    fields["state"] = ["up", "ending", "looping", "launching", "held"].randomElement(using: &random)
                }
            }
            read += Self.lives(on: fields, &random) ? 1 : 0
        }
        #expect(read > 300, "most of it can still be read")
    }

    @Test func tornAndBrokenBytesNeverTrap() {
        var random = SplitMix64(seed: 8)
        for (_, subject) in Self.everyState() {
            let bytes = Array(subject.machine.snapshot.text.utf8)
            for _ in 0..<20 {
                var broken = bytes
                for _ in 0...3 {
                    guard let at = broken.indices.randomElement(using: &random) else { continue }
                    broken[at] = UInt8.random(in: .min ... .max, using: &random)
                }
                guard let fields = FieldText(parsing: String(decoding: broken, as: UTF8.self)) else { continue }
                _ = Self.lives(on: fields, &random)
            }
        }
    }

    /// Whether the fields are a snapshot; if so, the machine takes whatever may come.
    private static func lives(on fields: FieldText, _ random: inout SplitMix64) -> Bool {
        let now = Instant(nanoseconds: 1_000_000_500_000)
        let all = service {
            ($0.startup, $0.live, $0.ready) = (probe(), probe(), probe())
            ($0.ports, $0.restart.policy) = ([80], .onFailure)
        }
        guard var machine = ServiceMachine(all, from: fields, seed: 1, at: now) else { return false }
        _ = machine.resume(at: now)
        let report = ExitReport(status: .code(1), ran: .seconds(1), wallMilliseconds: 0)
        for step in 0..<12 {
            let later = now + .seconds(step * 20)
            let instance = InstanceID(service: all.name, launch: max(machine.launches, 1))
            let event: ServiceEvent =
                [
                    .wake, .wake, .started(instance, ProcessIdentity(pid: 1, startTicks: 1), at: later),
                    .exited(instance, report, treeEmpty: true), .keeperLost(instance), .swept(instance, killed: 1),
                    .neverRan(instance), .portsChecked(nil), .start(by: .person), .stop(by: .host), .restart,
                    .lastLine(instance, "x"), .queueStop(by: .person),
                ].randomElement(using: &random) ?? .wake
            _ = machine.handle(event, at: later)
        }
        return FieldText(parsing: machine.snapshot.text) == machine.snapshot
    }
}
