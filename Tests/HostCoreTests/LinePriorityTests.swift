// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// How urgent a line is, and how many may pass.
@Suite struct LinePriorityTests {
    private func priority(_ line: String) -> LinePriority {
        Array(line.utf8).withUnsafeBytes { LinePriority(line: $0) }
    }

    @Test(arguments: [
        ("", 6, 0), ("plain", 6, 0), ("<3>bad", 3, 3), ("<0>", 0, 3), ("<7>x", 7, 3), ("<8>x", 6, 0),
        ("<12>x", 6, 0), (" <3>x", 6, 0), ("<3", 6, 0), ("<div>", 6, 0),
    ])
    func aPrefixOfSdDaemonIsUnderstoodAndTakenOff(_ line: String, _ wanted: Int, _ prefix: Int) {
        #expect(priority(line) == LinePriority(priority: wanted, prefixBytes: prefix))
    }

    @Test(arguments: [
        (#"{"level":10}"#, 7), (#"{"level":20,"msg":"x"}"#, 7), (#"{"level":30}"#, 6), (#"{"level":35}"#, 6),
        (#"{"time":1,"level":40}"#, 4), (#"{"level": 50}"#, 3), (#"{"level":60}"#, 2), (#"{"level":100}"#, 2),
        (#"{"level":3}"#, 3), (#"{"level":"trace"}"#, 7), (#"{"level":"DEBUG"}"#, 7), (#"{"level":"info"}"#, 6),
        (#"{"level" : "Warn"}"#, 4), (#"{"level":"warning"}"#, 4), (#"{"level":"error"}"#, 3),
        (#"{"level":"fatal"}"#, 2), (#"{"level":"panic"}"#, 0), (#"{"level":"notice"}"#, 5),
    ])
    func aLevelOfAJSONObjectIsUnderstood(_ line: String, _ wanted: Int) {
        #expect(priority(line) == LinePriority(priority: wanted, prefixBytes: 0))
    }

    @Test(arguments: [
        #"{"a":{"level":50}}"#, #"{"a":[{"level":50}],"b":1}"#, #"{"msg":"level","x":50}"#, #"{"level":null}"#,
        #"{"level":"unheard of"}"#, #"{"level":}"#, #"{"level"#, #"{"level":"#, #"{"#, #"["level",50]"#,
        #"{"msg":"a \"level\": 50"}"#, #"{"msg":"\"#, #"{"levels":50}"#, #"{"level":"a word that goes on"}"#,
    ])
    func whatIsNoLevelOfTheObjectItselfSaysNothing(_ line: String) {
        #expect(priority(line) == .usual)
    }

    @Test func theLevelBehindAnInnerObjectIsFound() {
        #expect(priority(#"{"req":{"level":"none","list":["}"]},"level":"error"}"#).priority == 3)
    }

    @Test func asManyLinesPassAsMayAndTheRestIsCounted() {
        var rate = LineRate(burst: 3, interval: .seconds(30))
        let start = Instant(nanoseconds: 5)
        let passed = (0..<10).map { _ in rate.admits(at: start) }
        #expect(passed == [true, true, true] + [Bool](repeating: false, count: 7))
        #expect(rate.tellAt == start + .seconds(30))
        #expect(rate.held(at: start + .seconds(29)) == nil)
        #expect(rate.held(at: start + .seconds(30)) == 7)
        rate.told()
        #expect(rate.tellAt == nil)
        let passesAgain = rate.admits(at: start + .seconds(30))
        #expect(passesAgain)
    }

    @Test func aLineThatDidNotGetThroughDoesNotCount() {
        var rate = LineRate(burst: 1, interval: .seconds(30))
        var passed = [rate.admits(at: .zero)]
        rate.takeBack()
        passed += [rate.admits(at: .zero), rate.admits(at: .zero)]
        #expect(passed == [true, true, false])
    }
}
