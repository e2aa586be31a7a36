// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostSimulation
import Testing

@Suite struct NetworkGuardTests {
    private static let seeds: [UInt64] = Array(1...6)

    @Test(arguments: seeds) func aQuietLineGivesNoAlarmInADay(seed: UInt64) {
        var line = NetworkLine(seed: seed)
        line.pass(.seconds(24 * 3600), .quiet)
        #expect(line.changes.isEmpty)
        #expect(line.looks == 0)
    }

    @Test(arguments: seeds) func aJitteryLineIsDegradedWithinMinutesAndClearsWithinMinutes(seed: UInt64) throws {
        var line = NetworkLine(seed: seed)
        line.pass(.seconds(3600), .quiet)
        let began = line.now
        line.pass(.seconds(900), .jittery)
        let ended = line.now
        line.pass(.seconds(3600), .quiet)
        #expect(line.changes.map(\.level) == [.warn, .ok])
        let risen = try #require(line.changes.first)
        #expect(risen.at - began < .seconds(240))
        let fallen = try #require(line.changes.last)
        #expect(fallen.at - ended < .seconds(600))
    }

    @Test(arguments: seeds) func anOutageIsDownWithinHalfAMinuteAndOverWithinMinutes(seed: UInt64) throws {
        var line = NetworkLine(seed: seed, names: ["a", "b"])
        line.pass(.seconds(3600), .quiet)
        let began = line.now
        line.pass(.seconds(600), .out)
        let ended = line.now
        #expect(line.guardian.level == .critical)
        #expect(line.guardian.cause == .path)
        line.pass(.seconds(1800), .quiet)
        let levels = line.changes.map(\.level)
        #expect(levels == [.warn, .critical, .warn, .ok] || levels == [.critical, .warn, .ok], "\(levels)")
        let down = try #require(line.changes.first { $0.level == .critical })
        #expect(down.at - began < .seconds(60))
        let up = try #require(line.changes.last { $0.level == .warn })
        #expect(up.at - ended < .seconds(30))
        let well = try #require(line.changes.last)
        #expect(well.at - ended < .seconds(180))
    }

    @Test(arguments: seeds) func aLineThatComesAndGoesIsHeldAndDoesNotOscillate(seed: UInt64) {
        var line = NetworkLine(seed: seed)
        line.pass(.seconds(1800), .quiet)
        for _ in 0..<40 {
            line.pass(.seconds(45), .out)
            line.pass(.seconds(45), .quiet)
        }
        let flapping = line.changes.count
        line.pass(.seconds(3600), .quiet)
        // An hour of an end and a beginning every 90 s: each would be a change, 80 of them.
        #expect(flapping <= 8, "\(line.changes.map(\.level))")
        #expect(line.guardian.level == .ok)
    }

    @Test(arguments: seeds) func aLineThatIsDownIsNeverOk(seed: UInt64) {
        var line = NetworkLine(seed: seed)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<12 {
            line.pass(.seconds(60 + 600 * generator.unit()), .quiet)
            line.pass(.seconds(60), .out)
            line.pass(.seconds(30 + 600 * generator.unit()), .out) { line in
                #expect(line.guardian.level == .critical)
                #expect(line.guardian.cause != nil)
                #expect(!line.guardian.reason.isEmpty)
            }
        }
    }

    @Test func someLostQuestionsDegradeALineAndDoNotBringItDown() {
        var line = NetworkLine(seed: 3)
        line.pass(.seconds(1800), .quiet)
        line.pass(.seconds(1800), .lossy(0.25))
        #expect(line.changes.first?.level == .warn)
        #expect(line.guardian.reason == "the way out: a: more than 5 % of the questions are lost")
    }

    @Test func samplesThatCameWhileTheHostItselfWasLateDoNotCount() {
        var line = NetworkLine(seed: 4)
        line.pass(.seconds(600), .quiet)
        line.pass(.seconds(600), .out, late: true)
        #expect(line.changes.isEmpty)
        #expect(line.guardian.targets.first?.discarded ?? 0 > 20)
        #expect(line.guardian.targets.first?.window.figures(at: line.now).lost == 0)
    }

    @Test func oneTargetOfSeveralThatIsDownWarnsAndIsTheProvidersTrouble() {
        var line = NetworkLine(seed: 5, names: ["a", "b", "c"])
        line.pass(.seconds(600), .quiet)
        line.pass(.seconds(600), .out, only: "b")
        #expect(line.guardian.level == .warn)
        #expect(line.guardian.cause == .provider)
        #expect(line.guardian.reason == "one target alone: b: no answer in 5 s")
    }

    @Test func manySegmentsThatAreSentAgainDegradeALineWhoseProbesAreWell() {
        var line = NetworkLine(seed: 9)
        line.pass(.seconds(600), .quiet)
        let lose = { (share: Double, seconds: Int, line: inout NetworkLine) in
            for _ in 0..<seconds / 30 {
                line.pass(.seconds(30), .quiet)
                let sent: UInt64 = 1000
                _ = line.guardian.handle(.segments(sent: sent, again: UInt64(share * 1000)), at: line.now)
            }
        }
        lose(0.02, 600, &line)
        #expect(line.guardian.level == .ok)
        lose(0.08, 30, &line)
        #expect(line.guardian.level == .ok, "once is nothing")
        lose(0.08, 90, &line)
        #expect(line.guardian.level == .warn && line.guardian.cause == .path)
        #expect(
            line.guardian.reason == "the way out: more than 5 % of what the services send has to be sent again")
        lose(0.04, 300, &line)
        #expect(line.guardian.level == .warn, "it lasts until it is clearly better")
        lose(0, 150, &line)
        #expect(line.guardian.level == .ok && line.guardian.reason.isEmpty)
    }

    @Test func aTargetThatNeverAnsweredIsDownAfterTwoFailures() {
        var line = NetworkLine(seed: 6)
        line.pass(.seconds(20), .out)
        #expect(line.guardian.level == .critical)
    }

    @Test func everyFourthQuestionAndEachAfterAFailureTakesAFreshConnection() throws {
        var line = NetworkLine(seed: 7)
        line.pass(.seconds(15 * 400), .quiet)
        let asked = try #require(line.guardian.targets.first).asked
        #expect(abs(Double(line.freshQuestions) - Double(asked) / 4) < 2)
        let before = line.freshQuestions
        let questions = asked
        line.pass(.seconds(300), .out)
        let outAsked = try #require(line.guardian.targets.first).asked - questions
        #expect(line.freshQuestions - before >= Int(outAsked) - 1)
        #expect(outAsked > 25)
    }

    @Test func aConfigurationWithoutProbesAsksNothing() {
        var guardian = NetworkGuard(seed: 1)
        #expect(guardian.handle(.configured([]), at: .zero) == [.changed])
        #expect(guardian.level == .ok)
        #expect(guardian.reason.isEmpty)
    }

    @Test func aProbeThatStaysInANewConfigurationKeepsWhatItKnows() {
        var line = NetworkLine(seed: 8, names: ["a", "b"])
        line.pass(.seconds(600), .quiet)
        let kept = line.guardian.targets.map(\.specification)
        let effects = line.guardian.handle(.configured([kept[0]]), at: line.now)
        #expect(effects == [.changed])
        #expect(line.guardian.targets.count == 1)
        #expect(line.guardian.targets.first?.asked ?? 0 > 30)
    }

    /// How often a threshold without windows or hysteresis would have cried on the same traces.
    @Test func aPlainThresholdCriesManyTimesWhereTheGuardIsQuiet() {
        var naive = 0
        var ours = 0
        for seed in Self.seeds.prefix(3) {
            var line = NetworkLine(seed: seed &+ 50)
            line.pass(.seconds(12 * 3600), .quiet) { line in
                guard let last = line.guardian.targets.first?.last, case .answered(let took) = last.outcome else {
                    return
                }
                if took > .milliseconds(160) { naive += 1 }
            }
            ours += line.changes.count
        }
        #expect(ours == 0)
        #expect(naive > 40)
    }
}
