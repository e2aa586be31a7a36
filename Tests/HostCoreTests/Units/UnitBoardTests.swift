// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct UnitBoardTests {
    private let unit = "hostd-svc-gateway.service"
    private let instance: InstanceID

    init() throws {
        instance = InstanceID(service: try #require(ServiceName("gateway")), launch: 3)
    }

    private func linked() -> UnitBoard {
        var board = UnitBoard()
        #expect(board.handle(.begin, at: .zero) == [.connect])
        #expect(board.handle(.linkUp, at: .zero) == [])
        return board
    }

    private func asked() -> UnitBoard {
        var board = linked()
        #expect(board.handle(.launch(instance), at: .zero) == [.ask(instance)])
        return board
    }

    @Test func servicesAndAttemptsHaveUnitsByName() throws {
        #expect(UnitName.of(instance) == unit)
        let second = InstanceID(service: try #require(ServiceName("gateway@2")), launch: 9)
        #expect(UnitName.of(second) == "hostd-svc-gateway@2.service")
        let attempt = try #require(JobID(42)).instance(3)
        #expect(UnitName.of(attempt) == "hostd-job-42-3.service")
        #expect(UnitName.slice(of: attempt) == "hostd-jobs.slice")
        #expect(UnitName.slice(of: instance) == "hostd-services.slice")
    }

    @Test func anotherHostdOnTheSameManagerHasUnitsOfItsOwn() {
        let standard = ["/run/hostd", "/run/user/1000/hostd"]
        #expect(UnitName.owner(run: "/run/hostd", standard: standard) == "")
        let owner = UnitName.owner(run: "/srv/try/run", standard: standard)
        #expect(owner.count == 8 && owner != UnitName.owner(run: "/srv/other/run", standard: standard))
        #expect(UnitName.of(instance, owner: owner) == "hostd-\(owner)-svc-gateway.service")
        #expect(UnitName.patterns() == ["hostd-svc-*.service", "hostd-job-*-*.service"])
        #expect(UnitBoard(owner: owner).name(of: instance) == UnitName.of(instance, owner: owner))
    }

    @Test func anAnswerThatIsLostAloneIsMadeGoodByALook() throws {
        var board = asked()
        #expect(board.handle(.refused(instance, .linkLost), at: .zero) == [])
        let due = try #require(board.deadline)
        #expect(due - .zero == UnitBoard.lookInterval)
        #expect(board.handle(.wake, at: due) == [.look(unit: unit)])
        #expect(board.handle(.unitGone(unit: unit), at: due) == [.ask(instance)])
    }

    @Test func whatTheManagerDoesNotHaveYetCanBeWithdrawn() {
        var board = UnitBoard()
        _ = board.handle(.launch(instance), at: .zero)
        #expect(board.handle(.withdraw(instance), at: .zero) == [.takeBack(instance)])
        #expect(board.pending.isEmpty)
        board = asked()
        #expect(board.handle(.withdraw(instance), at: .zero) == [])
        #expect(board.pending == [instance])
    }

    @Test func aLaunchIsOverWhenItsKeeperIsHeardOrItsProgramRuns() {
        var board = asked()
        #expect(board.handle(.accepted(instance), at: .zero) == [])
        #expect(board.handle(.ran(instance), at: .zero) == [])
        #expect(board.pending.isEmpty && board.deadline == nil)
        board = asked()
        _ = board.handle(.accepted(instance), at: .zero)
        #expect(board.handle(.jobDone(unit: unit), at: .zero) == [])
        #expect(board.pending.isEmpty)
    }

    /// The manager hung, and comes to what had been given up.
    @Test func whatIsHeardOfANameBeforeTheAnswerIsAboutAnotherLaunch() {
        var board = asked()
        #expect(board.handle(.jobDone(unit: unit), at: .zero) == [])
        #expect(board.handle(.unitFailed(unit: unit, why: "of the other"), at: .zero) == [])
        #expect(board.handle(.unitGone(unit: unit), at: .zero) == [])
        #expect(board.pending == [instance])
        #expect(board.handle(.refused(instance, .nameTaken), at: .zero) == [])
    }

    @Test func aNameThatIsTakenIsAskedForAgainWhenItIsFree() {
        var board = asked()
        #expect(board.handle(.refused(instance, .nameTaken), at: .zero) == [])
        #expect(board.handle(.unitGone(unit: "hostd-svc-other.service"), at: .zero) == [])
        #expect(board.handle(.unitGone(unit: unit), at: .zero) == [.ask(instance)])
    }

    @Test func whoeverKeepsANameIsToldToEndAfterAWhile() {
        var board = asked()
        _ = board.handle(.refused(instance, .nameTaken), at: .zero)
        var now = Instant.zero
        var stops = 0
        while now < .zero + .seconds(5), let next = board.deadline {
            now = next
            for effect in board.handle(.wake, at: now) where effect == .look(unit: unit) {
                for case .stop in board.handle(.unitFound(unit: unit), at: now) {
                    stops += 1
                    #expect(now - .zero >= UnitBoard.namePatience)
                }
            }
        }
        #expect(stops == 1)
        #expect(board.handle(.unitGone(unit: unit), at: now) == [.ask(instance)])
    }

    @Test func aUnitThatEndsUnheardFailsTheLaunchWithTheFirstWordOnTheCause() {
        var board = asked()
        _ = board.handle(.accepted(instance), at: .zero)
        #expect(board.handle(.unitFailed(unit: unit, why: "no such folder"), at: .zero) == [])
        #expect(board.handle(.jobFailed(unit: unit, why: "failed"), at: .zero) == [])
        #expect(
            board.handle(.unitGone(unit: unit), at: .zero)
                == [.takeBack(instance), .failed(instance, "no such folder")])
    }

    @Test func aRefusalIsTheEndOfTheLaunch() {
        var board = asked()
        #expect(
            board.handle(.refused(instance, .denied("access denied")), at: .zero)
                == [.takeBack(instance), .failed(instance, "access denied")])
    }

    @Test func whatWasAskedWhenTheLinkWentIsLookedAtAndAskedAgainWhereItIsNotThere() {
        var board = asked()
        #expect(board.handle(.linkLost("closed"), at: .zero) == [])
        let retry = Instant.zero + UnitBoard.connectPauses.first
        #expect(board.handle(.wake, at: retry) == [.connect])
        #expect(board.handle(.linkUp, at: retry) == [.look(unit: unit)])
        // One that is there may be the one before.
        #expect(board.handle(.unitFound(unit: unit), at: retry) == [])
        #expect(board.handle(.unitGone(unit: unit), at: retry) == [.ask(instance)])
    }

    @Test func withoutAManagerLaunchesWaitAndThenFailWithTheReason() {
        var board = UnitBoard()
        #expect(board.handle(.launch(instance), at: .zero) == [.connect])
        var now = Instant.zero
        var connects = 0
        var failed: String?
        _ = board.handle(.linkLost("Connection refused"), at: now)
        while failed == nil, let next = board.deadline {
            now = next
            for effect in board.handle(.wake, at: now) {
                switch effect {
                case .connect:
                    connects += 1
                    _ = board.handle(.linkLost("Connection refused"), at: now)
                case .failed(_, let why): failed = why
                default: break
                }
            }
        }
        #expect(now - .zero == UnitBoard.patience)
        #expect(failed == "the service manager could not be reached for 30 s: Connection refused")
        #expect(connects > 5 && connects < 20, "with pauses that grow: \(connects)")
    }

    @Test func whatIsGivenUpIsTakenBackAndKilledWhereTheManagerMayHaveIt() {
        var board = asked()
        #expect(board.handle(.cancel(instance), at: .zero) == [.takeBack(instance), .kill(unit: unit)])
        #expect(board.handle(.cancel(instance), at: .zero) == [])
        board = asked()
        _ = board.handle(.refused(instance, .nameTaken), at: .zero)
        // Somebody else's is not killed.
        #expect(board.handle(.cancel(instance), at: .zero) == [.takeBack(instance)])
    }
}
