// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct WaitTests {
    private static func service(_ name: String, _ state: String, _ reason: String = "because") -> ServiceStatus {
        ServiceStatus(name: name, state: state, since: Samples.dawn, reason: reason)
    }

    /// A hostd whose services are in these states, one after the other; the last ones stay.
    private static func answering(_ steps: [[ServiceStatus]]) -> StandIn.Answering {
        let next = Mutex(0)
        return { _ in
            next.withLock { next in
                defer { next += 1 }
                return .json(ServiceList(services: steps[min(next, steps.count - 1)]).json)
            }
        }
    }

    @Test func itEndsWhenTheServiceIsThere() throws {
        let standIn = try StandIn(
            Self.answering(["starting", "running", "ready"].map { [Self.service("gateway", $0)] }))
        let result = try Hostctl.run(["wait", "gateway"], at: standIn)
        #expect(result.out == "gateway: ready\n" && result.code == 0)
        #expect(standIn.questions.count == 3 && standIn.questions.allSatisfy { $0.value("brief") == "true" })
    }

    @Test func ofSeveralAllHaveToGetThereEachInItsTime() throws {
        let standIn = try StandIn(
            Self.answering([
                [Self.service("a", "starting"), Self.service("b", "starting")],
                [Self.service("a", "starting"), Self.service("b", "ready")],
                [Self.service("a", "ready"), Self.service("b", "starting")],
            ]))
        let result = try Hostctl.run(["wait", "all", "--for", "ready"], at: standIn)
        #expect(result.out == "b: ready\na: ready\n" && result.code == 0)
    }

    @Test(arguments: [
        ("running", ["running", "ready", "unhealthy"]), ("stopped", ["stopped", "held"]), ("looping", ["looping"]),
    ])
    func aStateMayBeSeveral(goal: String, states: [String]) throws {
        for state in states {
            let standIn = try StandIn(Self.answering([[Self.service("gateway", state)]]))
            let result = try Hostctl.run(["wait", "gateway", "--for", goal], at: standIn)
            #expect(result.out == "gateway: \(state)\n" && result.code == 0)
        }
    }

    @Test func whatIsHeldWillNotGetThereByItself() throws {
        let standIn = try StandIn(Self.answering([[Self.service("gateway", "held", "exit 78 says so")]]))
        let result = try Hostctl.run(["wait", "gateway", "--timeout", "0"], at: standIn)
        #expect(result.err == "gateway: not ready: held: exit 78 says so (hostctl start gateway starts it)\n")
        #expect(result.code == 1)
    }

    @Test func afterTheTimeoutItSaysWhereTheServiceIs() throws {
        let standIn = try StandIn(Self.answering([[Self.service("gateway", "stopped", "stopped by a person")]]))
        let result = try Hostctl.run(["wait", "gateway", "--timeout", "10ms"], at: standIn)
        #expect(result.err == "gateway: not ready: stopped: stopped by a person\n" && result.code == 1)
        let json = try Hostctl.run(["wait", "gateway", "--timeout", "10ms", "--json"], at: standIn)
        #expect(
            json.out == #"{"service":"gateway","ok":false,"state":"stopped","reason":"stopped by a person"}"# + "\n")
    }

    @Test func whatIsConfiguredNoMoreMeanwhileIsNotThere() throws {
        let standIn = try StandIn(Self.answering([[Self.service("gateway", "starting")], []]))
        let result = try Hostctl.run(["wait", "gateway"], at: standIn)
        #expect(result.err == "gateway: not ready: it is configured no more\n" && result.code == 1)
    }

    @Test func anUnknownNameIsNotWaitedFor() throws {
        let standIn = try StandIn(Self.answering([[Self.service("gateway", "ready")]]))
        let result = try Hostctl.run(["wait", "gatway"], at: standIn)
        #expect(result.err == "hostctl: no service is called \"gatway\" (did you mean gateway?)\n" && result.code == 4)
    }

    @Test func aHostdThatIsAwayMeanwhileIsWaitedFor() throws {
        let folder = try TemporaryFolder()
        var standIn: StandIn? = try StandIn(in: folder, Self.answering([[Self.service("gateway", "starting")]]))
        let running = try RunningHostctl(["wait", "gateway"], at: standIn)
        try waitUntil("some looks") { (standIn?.questions.count ?? 0) > 2 }
        standIn = nil
        let again = try StandIn(in: folder, Self.answering([[Self.service("gateway", "ready")]]))
        #expect(try running.wait() == 0)
        #expect(!again.questions.isEmpty)
    }
}
