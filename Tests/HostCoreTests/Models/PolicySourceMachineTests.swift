// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// When a policy is asked for, and what is taken of the answers.
struct PolicySourceMachineTests {
    private typealias Machine = PolicySourceMachine
    private static let interval: Duration = .seconds(300)
    private static let first = Machine.Known(etag: "\"1\"", digest: "one")
    private static let second = Machine.Known(etag: "\"2\"", digest: "two")

    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    /// A machine that has taken the first policy at the start.
    private func settled() -> Machine {
        var machine = Machine(seed: 7)
        #expect(machine.handle(.configured(interval: Self.interval, nil), at: at(0)) == [.fetch(2, etag: nil)])
        #expect(machine.handle(.answered(2, .content(Self.first)), at: at(1)) == [.verify(2)])
        #expect(machine.handle(.verified(2, .accepted), at: at(2)) == [.write(2, Self.first)])
        #expect(machine.handle(.written(2, failure: nil), at: at(3)) == [])
        return machine
    }

    @Test func whatIsVouchedForIsWrittenAndAskedForAgainByItsTag() throws {
        var machine = settled()
        let due = try #require(machine.nextDue)
        #expect(due >= at(303) && due <= at(333))
        #expect(machine.handle(.due, at: due) == [.fetch(3, etag: "\"1\"")])
        #expect(machine.handle(.answered(3, .unchanged), at: due) == [.note(Self.first)])
        #expect(machine.problem == nil)
    }

    @Test func theSameContentUnderAnotherTagIsNotWritten() throws {
        var machine = settled()
        let due = try #require(machine.nextDue)
        _ = machine.handle(.due, at: due)
        let same = Machine.Known(etag: "\"9\"", digest: "one")
        #expect(machine.handle(.answered(3, .content(same)), at: due) == [.note(same)])
    }

    @Test func whatNobodyVouchesForIsToldOnceAndTriedAgainSoon() throws {
        var machine = settled()
        var now = try #require(machine.nextDue)
        _ = machine.handle(.due, at: now)
        _ = machine.handle(.answered(3, .content(Self.second)), at: now)
        #expect(machine.handle(.verified(3, .rejected("bad")), at: now) == [.fail("bad"), .problemChanged])
        let again = try #require(machine.nextDue)
        #expect(again >= now + .seconds(10) && again <= now + .seconds(26))
        now = again
        #expect(machine.handle(.due, at: now) == [.fetch(4, etag: "\"1\"")])
        _ = machine.handle(.answered(4, .content(Self.second)), at: now)
        #expect(machine.handle(.verified(4, .rejected("bad")), at: now) == [], "it was told already")
        now = try #require(machine.nextDue)
        _ = machine.handle(.due, at: now)
        _ = machine.handle(.answered(5, .content(Self.second)), at: now)
        #expect(machine.handle(.verified(5, .accepted), at: now) == [.write(5, Self.second)])
        #expect(machine.handle(.written(5, failure: nil), at: now) == [.recovered, .problemChanged])
        #expect(machine.problem == nil)
    }

    @Test func aServerThatIsOnceNotReachedIsNoNews() throws {
        var machine = settled()
        var now = try #require(machine.nextDue)
        _ = machine.handle(.due, at: now)
        #expect(machine.handle(.answered(3, .unreached("cut")), at: now) == [.problemChanged])
        now = try #require(machine.nextDue)
        _ = machine.handle(.due, at: now)
        #expect(machine.handle(.answered(4, .unreached("cut")), at: now) == [.fail("cut")])
    }

    @Test func aServerThatAsksToWaitIsLeftAlone() throws {
        var machine = settled()
        let now = try #require(machine.nextDue)
        _ = machine.handle(.due, at: now)
        _ = machine.handle(.answered(3, .busy("status 429", retryAfter: .seconds(5000))), at: now)
        #expect(try #require(machine.nextDue) >= now + .seconds(5000))
        let reply = machine.handle(.kicked, at: now + .seconds(100))
        #expect(reply == [.reply("the server wants no request for another 81 min")])
        #expect(machine.handle(.due, at: now + .seconds(100)) == [])
    }

    @Test func aBusyServerWithoutAWordIsAskedLessAndLessOften() throws {
        var machine = settled()
        var pauses: [Duration] = []
        for number in 3..<9 {
            let now = try #require(machine.nextDue)
            _ = machine.handle(.due, at: now)
            _ = machine.handle(.answered(number, .busy("status 503", retryAfter: nil)), at: now)
            pauses.append(try #require(machine.nextDue) - now)
        }
        #expect(pauses[0] >= .seconds(600) && pauses[0] <= .seconds(750))
        #expect(pauses[1] >= .seconds(1200) && pauses.allSatisfy { $0 <= .seconds(4500) })
        #expect(pauses.suffix(3).allSatisfy { $0 >= .seconds(3600) })
    }

    @Test func aPersonWaitsForTheFloorAndGetsTheOutcome() throws {
        var machine = settled()
        #expect(machine.handle(.kicked, at: at(4)) == [], "the last request began at 0")
        #expect(machine.nextDue == at(10))
        #expect(machine.handle(.due, at: at(10)) == [.fetch(3, etag: "\"1\"")])
        #expect(machine.handle(.kicked, at: at(11)) == [], "what is under way may have been asked too early")
        #expect(machine.handle(.answered(3, .unchanged), at: at(12)) == [.note(Self.first), .reply(nil)])
        #expect(machine.nextDue == at(20))
        _ = machine.handle(.due, at: at(20))
        #expect(
            machine.handle(.answered(4, .refused("a page")), at: at(21))
                == [.fail("a page"), .problemChanged, .reply("a page")])
        var other = Machine(seed: 1)
        #expect(
            other.handle(.kicked, at: at(0))
                == [.reply("no source of policies is configured (write [models] with url)")])
    }

    @Test func anAnswerToOtherSettingsIsDropped() {
        var machine = Machine(seed: 7)
        _ = machine.handle(.configured(interval: Self.interval, nil), at: at(0))
        #expect(machine.handle(.configured(interval: Self.interval, nil), at: at(1)) == [])
        #expect(machine.nextDue == at(10))
        #expect(machine.handle(.answered(2, .content(Self.first)), at: at(2)) == [])
        #expect(machine.handle(.due, at: at(10)) == [.fetch(4, etag: nil)])
        #expect(machine.handle(.unconfigured, at: at(11)) == [])
        #expect(machine.nextDue == nil)
        #expect(machine.handle(.answered(4, .content(Self.first)), at: at(12)) == [])
    }

    /// Any order of answers, kicks, changed settings and times.
    @Test(arguments: 0..<200) func whateverComesItsRulesHold(seed: UInt64) {
        var model = SourceModel(seed: seed)
        for _ in 0..<400 { model.step() }
        #expect(model.complaints.isEmpty, "\(model.complaints.prefix(3))")
        #expect(model.fetches > 5)
    }
}

/// A machine, what it was told, and what it must not do.
private struct SourceModel {
    private typealias Machine = PolicySourceMachine

    var complaints: [String] = []
    var fetches = 0
    private var machine: Machine
    private var random: SplitMix64
    private var now = Instant.zero
    private var waiting: [Machine.Effect] = []
    private var lastFetch: Instant?
    private var retryAt = Instant.zero
    private var vouched: [Int: Bool] = [:]
    private var isTold = false
    private var asked = 0
    private var isConfigured = false

    init(seed: UInt64) {
        machine = Machine(seed: seed)
        random = SplitMix64(seed: seed &+ 1)
        send(.configured(interval: .seconds(60), nil))
    }

    private mutating func draw(_ count: UInt64) -> UInt64 { random.next() % count }

    mutating func step() {
        if let effect = waiting.popLast() { return answer(effect) }
        switch draw(20) {
        case 0: send(.kicked)
        case 1: send(draw(3) == 0 ? .unconfigured : .configured(interval: .seconds(60 + Int64(draw(600))), nil))
        case 2: now = now + .seconds(Int64(draw(30)))
        default: if let due = machine.nextDue { now = max(now, due) }
        }
        send(.due)
    }

    private mutating func answer(_ effect: Machine.Effect) {
        now = now + .milliseconds(Int64(draw(3000)))
        switch effect {
        case .fetch(let number, _):
            let answers: [Machine.Answer] = [
                .unchanged, .content(.init(etag: "\(draw(3))", digest: "\(draw(3))")),
                .busy("busy", retryAfter: draw(2) == 0 ? nil : .seconds(Int64(draw(100_000)))), .refused("refused"),
                .unreached("unreached"), .content(.init(etag: nil, digest: "\(draw(3))")),
            ]
            let answer = answers[Int(draw(6))]
            if case .busy(_, let wait?) = answer { retryAt = now + min(wait, .seconds(86_400)) }
            send(.answered(number, answer))
        case .verify(let number):
            let isFine = draw(2) == 0
            vouched[number] = isFine
            send(.verified(number, isFine ? .accepted : draw(2) == 0 ? .rejected("bad") : .unreached("cut")))
        case .write(let number, _): send(.written(number, failure: draw(4) == 0 ? "no room" : nil))
        default: break
        }
    }

    private mutating func send(_ event: Machine.Event) {
        if event == .kicked { asked += 1 }
        if case .configured = event { retryAt = .zero; isConfigured = true }
        if event == .unconfigured { retryAt = .zero; isConfigured = false }
        for effect in machine.handle(event, at: now) {
            switch effect {
            case .fetch:
                fetches += 1
                if let lastFetch, now - lastFetch < .seconds(10) { complaints.append("too soon at \(now)") }
                if now < retryAt { complaints.append("before the server wants it") }
                if !isConfigured { complaints.append("a request that nobody wants") }
                lastFetch = now
                waiting.append(effect)
            case .verify: waiting.append(effect)
            case .write(let number, _):
                if vouched[number] != true { complaints.append("written without a word") }
                waiting.append(effect)
            case .fail:
                if isTold { complaints.append("told twice") }
                isTold = true
            case .recovered:
                if !isTold { complaints.append("over what was not told") }
                isTold = false
            case .reply:
                if asked == 0 { complaints.append("an answer to nobody") }
                asked = 0
            case .note, .problemChanged: break
            }
        }
        if isConfigured, machine.nextDue == nil, waiting.isEmpty { complaints.append("it never asks again") }
        if let due = machine.nextDue, due - now > .seconds(90_000) { complaints.append("it asks too late") }
    }
}
