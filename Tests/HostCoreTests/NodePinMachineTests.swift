// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct NodePinMachineTests {
    private static let gateway = named("gateway")
    private static let first = InstanceID(service: gateway, launch: 1)

    private func pinned(_ specification: String, _ version: NodeVersion, sha256: String = "ab") -> NodePinned {
        NodePinned(
            specification: specification, version: version, path: "/opt/node/\(version.tag)/bin/node", sha256: sha256)
    }

    private var jod: NodePinned { pinned("22", NodeVersion(22, 20, 0)) }
    private var krypton: NodePinned { pinned("24", NodeVersion(24, 19, 0)) }

    /// A machine whose one service wants `wish`, with `standard` in the configuration and `lock` read.
    private func machine(
        _ wish: NodeWish = .pinned, standard: String? = "22", lock: NodePinMachine.Lock
    ) -> NodePinMachine {
        var machine = NodePinMachine()
        _ = machine.handle(.locked(lock))
        for case .inspect(let name, let pinned) in machine.handle(
            .configured(standard: standard, services: [Self.gateway: wish]))
        {
            _ = machine.handle(.inspected(name, NodeInspection(pinned: pinned, binary: .same)))
        }
        return machine
    }

    @Test func aLaunchIsAllowedOnceThePinnedBinaryWasSeenInItsPlace() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        #expect(machine.level == .ok)
        #expect(machine.handle(.launching(Self.first)) == [.inspect(Self.gateway, jod)])
        let seen = NodeInspection(pinned: jod, binary: .same)
        #expect(machine.handle(.inspected(Self.gateway, seen)) == [.allow(Self.first, jod)])
    }

    @Test func anotherBinaryIsRefusedAndTheServiceGoesOnWhenItIsPutBack() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.launching(Self.first))
        let other = NodeInspection(pinned: jod, binary: .other("24.19.0"))
        let why =
            "Node 22.20.0 at /opt/node/v22.20.0/bin/node is pinned, and another stands there: 24.19.0 (put it back "
            + "(hostctl node install 22.20.0), or hostctl node pin resolves 22 anew)"
        #expect(machine.handle(.inspected(Self.gateway, other)) == [.refuse(Self.first, why), .changed])
        #expect(machine.level == .critical)
        #expect(machine.isWaitedFor)
        #expect(machine.handle(.look) == [.inspect(Self.gateway, jod)])
        let seen = NodeInspection(pinned: jod, binary: .same)
        #expect(machine.handle(.inspected(Self.gateway, seen)) == [.goOn(Self.gateway), .changed])
        #expect(machine.level == .ok)
    }

    @Test func withoutAPinNothingIsStartedAndTheCommandIsNamed() {
        var machine = machine(lock: .pins(standard: nil, others: []))
        let effects = machine.handle(.launching(Self.first))
        #expect(effects == [.refuse(Self.first, "22 is wanted, and no Node is pinned (hostctl node pin)")])
        #expect(machine.level == .critical)
        let next = machine.handle(.locked(.pins(standard: jod, others: [])))
        #expect(next == [.inspect(Self.gateway, jod), .changed])
        let seen = NodeInspection(pinned: jod, binary: .same)
        #expect(machine.handle(.inspected(Self.gateway, seen)) == [.goOn(Self.gateway)])
    }

    @Test func aConfigurationThatDisagreesWithTheLockIsCritical() {
        let machine = machine(standard: "24", lock: .pins(standard: jod, others: []))
        #expect(machine.level == .critical)
        #expect(machine.troubles.map(\.text) == ["24 is wanted, and 22 (22.20.0) is pinned (hostctl node pin)"])
    }

    @Test func itIsCriticalAlsoWhenNoServiceWantsIt() {
        var machine = NodePinMachine()
        let effects = machine.handle(.configured(standard: "24", services: [:]))
        #expect(effects == [.changed])
        #expect(machine.troubles.first?.service == nil)
        #expect(machine.level == .critical)
    }

    @Test func aServiceWithAPinOfItsOwnIsNotHeldUpByAnothers() throws {
        let own = try #require(NodeSpecification("24"))
        var machine = machine(.own(own), standard: "22", lock: .pins(standard: nil, others: [krypton]))
        _ = machine.handle(.launching(Self.first))
        let seen = NodeInspection(pinned: krypton, binary: .same)
        #expect(machine.handle(.inspected(Self.gateway, seen)) == [.allow(Self.first, krypton)])
    }

    @Test func aLockThatCannotBeReadRefusesAndSaysWhy() {
        var machine = machine(lock: .unreadable("it is torn"))
        #expect(machine.handle(.launching(Self.first)) == [.refuse(Self.first, "node.lock cannot be read: it is torn")])
    }

    @Test func aCommandThatStartsAnotherNodeIsRefused() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.launching(Self.first))
        let shadowed = NodeInspection(pinned: jod, binary: .same, startsOther: "/usr/bin/node")
        guard case .refuse(_, let why)? = machine.handle(.inspected(Self.gateway, shadowed)).first else {
            Issue.record("it was not refused")
            return
        }
        #expect(why.contains("the command starts /usr/bin/node"))
    }

    @Test func enginesThatWantAnotherVersionAreAWarningBeforeTheLaunch() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.launching(Self.first))
        let seen = NodeInspection(pinned: jod, binary: .same, engines: "it wants >=24")
        let effects = machine.handle(.inspected(Self.gateway, seen))
        #expect(effects == [.warn(Self.first, "it wants >=24"), .allow(Self.first, jod)])
    }

    @Test func whatRunsOnAReplacedFileIsAWarningWhileTheNextStartIsRight() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.look)
        let replaced = NodeInspection(pinned: jod, binary: .same, running: .replaced)
        #expect(machine.handle(.inspected(Self.gateway, replaced)) == [.changed])
        #expect(machine.level == .warn)
        _ = machine.handle(.look)
        let gone = NodeInspection(pinned: jod, binary: .missing("removed"), running: .replaced)
        #expect(machine.handle(.inspected(Self.gateway, gone)) == [.changed])
        #expect(machine.level == .critical, "the next start would be refused")
    }

    @Test func whatMovesDuringAnInspectionIsInspectedAgainBeforeALaunchIsAllowed() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.launching(Self.first))
        #expect(machine.handle(.look).isEmpty, "one inspection at a time")
        let seen = NodeInspection(pinned: jod, binary: .same)
        #expect(machine.handle(.inspected(Self.gateway, seen)) == [.inspect(Self.gateway, jod)])
        #expect(machine.handle(.inspected(Self.gateway, seen)) == [.allow(Self.first, jod)])
    }

    @Test func anInspectionOfThePinBeforeAllowsNothing() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.launching(Self.first))
        let newer = pinned("22", NodeVersion(22, 21, 0))
        _ = machine.handle(.locked(.pins(standard: newer, others: [])))
        let old = NodeInspection(pinned: jod, binary: .same)
        #expect(machine.handle(.inspected(Self.gateway, old)) == [.inspect(Self.gateway, newer)])
    }

    @Test func aDiskThatDoesNotAnswerRefusesALaunchAndIsAskedAgain() {
        var machine = machine(lock: .pins(standard: jod, others: []))
        _ = machine.handle(.launching(Self.first))
        guard case .refuse? = machine.handle(.uninspected(Self.gateway)).first else {
            Issue.record("it was not refused")
            return
        }
        #expect(machine.handle(.look) == [.inspect(Self.gateway, jod)])
    }
}
