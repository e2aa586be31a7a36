// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct ModelPolicyMachineTests {
    private typealias Subject = PolicyUnderTest

    @Test func aPolicyIsWrittenDownBeforeAnythingGoesByIt() {
        var host = Subject()
        #expect(host.handle(.read(Subject.proposal("a"))).isEmpty, "it settles first")
        #expect(host.machine.nextDue == host.now + ModelPolicyMachine.settle)
        let effects = host.passToDue()
        #expect(effects.count == 1 && effects.commits.first?.number == 1)
        #expect(host.machine.inForce == nil, "not before the store has it")
        let after = host.handle(.committed(1))
        #expect(after.first == .accepted(1) && after.applies == [PolicyTargets.file])
        #expect(host.handle(.applied(PolicyTargets.file, 1)) == [.note(PolicyTargets.file, 1), .reachedAll(1)])
    }

    @Test func theAuditSaysWhoAndWhatAndWhy() throws {
        var host = Subject()
        host.takeOver(Subject.proposal("a"))
        var proposal = Subject.proposal("b")
        proposal.policy.note = "cheaper"
        _ = host.handle(.read(proposal))
        guard case .commit(_, let audit)? = host.passToDue().first else { return #expect(Bool(false)) }
        #expect(audit.generation == 2 && audit.digest == "b" && audit.digestBefore == "a" && audit.by == "ann")
        #expect(audit.why == "cheaper" && audit.changes == ["note: none → cheaper", "tier.agent.model: a → b"])
    }

    @Test func aWrongFileChangesNothing() {
        var host = Subject()
        host.takeOver(Subject.proposal("a"))
        let before = host.machine.inForce
        #expect(host.handle(.unreadable(["models.toml:1:1: no"])) == [.refused(["models.toml:1:1: no"])])
        #expect(host.machine.inForce == before && host.machine.behind.isEmpty && host.machine.nextDue == nil)
        #expect(host.machine.refusal != nil)
        #expect(host.handle(.read(Subject.proposal("a"))) == [.unchanged(1)], "it is as it was before")
        #expect(host.machine.refusal == nil)
    }

    @Test func aWrongFileDoesNotTakeBackARightOneThatSettles() {
        var host = Subject()
        _ = host.handle(.read(Subject.proposal("a")))
        _ = host.handle(.unreadable(["half-written"]))
        #expect(host.passToDue().commits.map(\.proposal.digest) == ["a"])
    }

    @Test func severalEditsBecomeOneGeneration() {
        var host = Subject()
        for edit in 0..<30 {
            _ = host.handle(.read(Subject.proposal("m\(edit)")))
            host.now = host.now + .milliseconds(60)
        }
        let effects = host.passToDue()
        #expect(effects.commits.map(\.proposal.digest) == ["m29"])
        #expect(host.now - .zero <= ModelPolicyMachine.settleAtMost, "it does not wait for ever")
    }

    @Test func anEditThatIsTakenBackIsNone() {
        var host = Subject()
        host.takeOver(Subject.proposal("a"))
        _ = host.handle(.read(Subject.proposal("b")))
        _ = host.handle(.read(Subject.proposal("a")))
        #expect(host.passToDue() == [.unchanged(1)])
    }

    @Test func whatCannotBeWrittenDownIsTriedAgainAndNotInForce() {
        var host = Subject()
        _ = host.handle(.read(Subject.proposal("a")))
        _ = host.passToDue()
        for pause in [1, 2, 4] {
            #expect(
                host.handle(.commitFailed(1, "disk full"))
                    == [.troubled("store", "disk full", again: .seconds(pause))])
            #expect(host.machine.inForce == nil)
            #expect(host.passToDue().commits.map(\.number) == [1])
        }
        #expect(host.handle(.committed(1)).first == .accepted(1))
    }

    @Test func theFileOfTheModelsGoesBeforeTheOthers() {
        var host = Subject()
        _ = host.handle(.services(["service/gateway"]))
        _ = host.handle(.read(Subject.proposal("a", targets: ["exec"])))
        _ = host.passToDue()
        #expect(host.handle(.committed(1)).applies == [PolicyTargets.file])
        #expect(host.handle(.applied(PolicyTargets.file, 1)).applies == ["exec", "service/gateway"])
    }

    @Test func aTargetThatFailsIsTriedAgainUntilItHasTheGeneration() {
        var host = Subject()
        host.takeOver(Subject.proposal("a", targets: ["exec"]))
        _ = host.handle(.read(Subject.proposal("b", targets: ["exec"])))
        _ = host.passToDue()
        _ = host.handle(.committed(2))
        _ = host.handle(.applied(PolicyTargets.file, 2))
        var pauses: [Duration] = []
        for _ in 0..<12 {
            guard case .troubled("exec", "no", let pause)? = host.handle(.applyFailed("exec", 2, "no")).first else {
                return #expect(Bool(false))
            }
            pauses.append(pause)
            #expect(host.machine.behind == ["exec"] && host.machine.targets["exec"]?.reason == "no")
            #expect(host.passToDue().applies == ["exec"])
        }
        #expect(pauses.prefix(3) == [.seconds(1), .seconds(2), .seconds(4)])
        #expect(pauses.last == ModelPolicyMachine.pauseLimit)
        #expect(host.handle(.applied("exec", 2)).last == .reachedAll(2) && host.machine.behind.isEmpty)
    }

    @Test func aTargetIsChangedByOneGenerationAtATime() {
        var host = Subject()
        _ = host.handle(.read(Subject.proposal("a")))
        _ = host.passToDue()
        _ = host.handle(.committed(1))
        _ = host.handle(.read(Subject.proposal("b")))
        _ = host.passToDue()
        #expect(host.handle(.committed(2)).applies.isEmpty, "the first one is under way")
        #expect(host.handle(.applied(PolicyTargets.file, 1)).applies == [PolicyTargets.file])
        #expect(host.handle(.applied(PolicyTargets.file, 2)).last == .reachedAll(2))
    }

    @Test func aRollbackReachesAllTargetsAndTheFileDoesNotUndoIt() {
        var host = Subject()
        host.takeOver(Subject.proposal("a", targets: ["exec"]))
        host.takeOver(Subject.proposal("b", targets: ["exec"]))
        let effects = host.handle(.wanted(Subject.proposal("a", targets: ["exec"], origin: .rollback(to: 1))))
        #expect(effects.commits.map(\.number) == [3], "generations only rise")
        _ = host.handle(.committed(3))
        #expect(host.machine.behind == ["exec", PolicyTargets.file])
        _ = host.handle(.applied(PolicyTargets.file, 3))
        #expect(host.handle(.applied("exec", 3)).last == .reachedAll(3))
        #expect(host.handle(.read(Subject.proposal("b", targets: ["exec"]))) == [.unchanged(3)], "it says what it said")
        #expect(host.machine.nextDue == nil)
    }

    @Test func afterACrashItGoesOnFromTheStore() {
        var host = Subject()
        host.takeOver(Subject.proposal("a", targets: ["exec"]))
        host.takeOver(Subject.proposal("b", targets: ["exec"]))
        let stored = host.machine.inForce
        var next = ModelPolicyMachine()
        let effects = next.handle(.restored(stored, applied: ["exec": 1, PolicyTargets.file: 2]), at: host.now)
        #expect(effects.first == .accepted(2) && effects.applies == ["exec"])
        #expect(next.handle(.read(Subject.proposal("b", targets: ["exec"])), at: host.now) == [.unchanged(2)])
    }

    @Test func aTargetThatIsGoneIsForgotten() {
        var host = Subject()
        host.takeOver(Subject.proposal("a", targets: ["exec"]))
        host.takeOver(Subject.proposal("b"))
        #expect(host.machine.targets.keys.sorted() == [PolicyTargets.file])
    }

    @Test func aPromotionDoesNotOverrunANewerEdit() {
        var host = Subject()
        host.takeOver(Subject.proposal("a"))
        _ = host.handle(.read(Subject.proposal("b")))
        let promotion = Subject.proposal("a2", origin: .promotion(tier: "agent"))
        #expect(host.handle(.wanted(promotion)).isEmpty)
        #expect(host.passToDue().commits.map(\.proposal.digest) == ["b"])
        #expect(host.handle(.wanted(promotion)).isEmpty, "it is being written down")
    }
}
