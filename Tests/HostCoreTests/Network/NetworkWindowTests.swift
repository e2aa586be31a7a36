// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

@Suite struct NetworkWindowTests {
    private func target(_ answers: [Double?]) -> (NetworkGuard, Instant) {
        var guardian = NetworkGuard(seed: 1)
        var now = Instant.zero
        let probe = NetworkProbeSpecification(name: "a", target: .tcp(host: "192.0.2.1", port: 443))
        _ = guardian.handle(.configured([probe]), at: now)
        for answer in answers {
            now = now + .seconds(15)
            let sample = answer.map { NetworkSample(.answered(.milliseconds($0))) }
            _ = guardian.handle(.sampled("a", sample ?? NetworkSample(.failed(.silent, ""))), at: now)
        }
        return (guardian, now)
    }

    private func figures(_ answers: [Double?]) throws -> NetworkFigures {
        let (guardian, now) = target(answers)
        return try #require(guardian.targets.first).window.figures(at: now)
    }

    @Test func jitterIsThatOfRFC3550() throws {
        // D is 16 twice: J = 0 + 16/16 = 1, then 1 + (16 - 1)/16.
        #expect(abs(try figures([10, 26, 10]).jitter - 1.9375) < 1e-9)
    }

    @Test func aLostQuestionHasNoNeighbours() throws {
        #expect(try figures([10, nil, 500]).jitter == 0)
    }

    @Test func delayVariationIsCountedFromTheShortestAnswer() throws {
        let figures = try figures((1...20).map { Double($0) * 10 })
        #expect(figures.least == 10)
        #expect(figures.rtt == 100)
        #expect(figures.pdvP50 == 90)
        #expect(figures.pdvP95 == 180)
        #expect(figures.p99 == 200)
    }

    @Test func lossIsThatOfTheLastFortyQuestions() throws {
        let figures = try figures([nil, nil] + Array(repeating: 10, count: 38) + [nil, 10])
        #expect(figures.asked == 40)
        #expect(figures.lost == 1)
        #expect(figures.loss == 0.025)
    }

    @Test func theShortestAnswerIsForgottenAfterHalfAnHour() throws {
        let figures = try figures([1] + Array(repeating: 10, count: 121))
        #expect(figures.least == 10)
    }

    @Test func nothingIsSaidOfALineThatNeverAnswered() throws {
        let figures = try figures([nil, nil])
        #expect(figures.rtt == nil)
        #expect(figures.pdvP95 == nil)
        #expect(figures.loss == 1)
    }
}
