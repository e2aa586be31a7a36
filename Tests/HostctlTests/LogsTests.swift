// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct LogsTests {
    @Test func inAPipeALineIsWhatTheProgramWrote() throws {
        let standIn = try StandIn(
            Self.answering(["gateway": ["a \u{1B}[31mred\u{1B}[0m\tone", "{\"json\": 1}", "", "ü\r"]]))
        let result = try Hostctl.run(["logs", "gateway"], at: standIn)
        #expect(result.out == "a \u{1B}[31mred\u{1B}[0m\tone\n{\"json\": 1}\n\nü\r\n")
        #expect(result.code == 0)
        #expect(standIn.questions.map(\.target) == ["/v1/services?brief=true", "/v1/services/gateway/logs?lines=100"])
    }

    @Test func theTimeStandsBeforeEachLineWhereItIsWanted() throws {
        let standIn = try StandIn { question in
            if question.name.isEmpty { return .json(ServiceList(services: [Samples.gateway]).json) }
            return .json(
                LogLines(
                    lines: [.init(at: Samples.dawn, text: "one"), .init(at: nil, text: "two")], cursor: "1:8"
                ).json)
        }
        let result = try Hostctl.run(["logs", "-t", "gateway"], at: standIn, environment: ["TZ": "XYZ+1:30"])
        #expect(result.out == "2020-05-18 08:00:00.125  one\n                         two\n")
    }

    @Test func linesOfSeveralServicesAreMergedByTime() throws {
        let logs = ["db": ["1 up", "4 down"], "gateway": ["2 listening", "3 request", "5 lost db"]]
        let standIn = try StandIn(Self.answering(logs))
        let result = try Hostctl.run(["logs", "gateway", "db", "gateway"], at: standIn)
        #expect(
            result.out == """
                db       1 up
                gateway  2 listening
                gateway  3 request
                db       4 down
                gateway  5 lost db

                """)
    }

    @Test func jsonIsOneLineOfTheLogALine() throws {
        let standIn = try StandIn(Self.answering(["gateway": ["1 \"quoted\""]]))
        let result = try Hostctl.run(["logs", "gateway", "--json"], at: standIn)
        let at = Self.time(1).text
        #expect(result.out == #"{"service":"gateway","stream":null,"at":"\#(at)","text":"1 \"quoted\""}"# + "\n")
    }

    @Test func aLongLogIsReadToItsEndInParts() throws {
        let standIn = try StandIn(Self.answering(["gateway": (1...2345).map { "\($0)" }]))
        let all = try Hostctl.run(["logs", "gateway", "-n", "all"], at: standIn)
        #expect(all.out == (1...2345).map { "\($0)\n" }.joined())
        #expect(standIn.questions.count == 1 + 3)
        let one = try Hostctl.run(["logs", "gateway", "-n1"], at: standIn)
        #expect(one.out == "2345\n")
        let none = try Hostctl.run(["logs", "gateway", "-n", "0"], at: standIn)
        #expect(none.out.isEmpty && none.code == 0)
    }

    @Test func moreLinesThanOneAnswerHoldsAreFoundAllTheSame() throws {
        // The stand-in gives at most a thousand lines, and these are as long as a full answer of hostd.
        let line = String(repeating: "x", count: 3000)
        let standIn = try StandIn(Self.answering(["gateway": (1...1500).map { "\($0) \(line)" }]))
        let result = try Hostctl.run(["logs", "gateway", "-n", "1200"], at: standIn)
        let lines = result.out.split(separator: "\n")
        #expect(lines.count == 1200)
        #expect(lines.first?.hasPrefix("301 ") == true && lines.last?.hasPrefix("1500 ") == true)
    }

    @Test func grepSelectsInAllOfTheLog() throws {
        let standIn = try StandIn(
            Self.answering(["gateway": (1...3000).map { "\($0) is \($0 % 7 == 0 ? "good" : "bad")" }]))
        let result = try Hostctl.run(["logs", "gateway", "--grep", "^(14|21|2[0-9]{3}) is (good|fine)$"], at: standIn)
        #expect(result.out.hasPrefix("14 is good\n21 is good\n2002 is good\n2009 is good\n"))
        #expect(result.out.split(separator: "\n").count == 2 + 143)
        let last = try Hostctl.run(["logs", "gateway", "--grep", "good", "-n", "2"], at: standIn)
        #expect(last.out == "2989 is good\n2996 is good\n")
    }

    @Test func aPatternThatIsNoneIsWrongUsage() throws {
        let result = try Hostctl.run(
            ["logs", "gateway", "--grep", "a(b"], at: nil, environment: ["HOSTD_SOCKET": "/x"])
        #expect(result.err == "hostctl: --grep: \"a(b\" is no regular expression: Unmatched ( or \\(\n")
        #expect(result.code == ExitCode.usage.rawValue)
    }

    @Test(arguments: [5, 900, 5000])
    func sinceGoesAsFarBackAsItTakes(minutes: Int) throws {
        let count = 5500
        let lines = (1...count).map { number in
            LogLines.Line(at: Samples.ago(seconds: Int64(count - number) * 60 + 30), text: "\(number)")
        }
        let standIn = try StandIn(Self.answering(lines: ["gateway": lines]))
        let result = try Hostctl.run(["logs", "gateway", "--since", "\(minutes)m"], at: standIn)
        #expect(result.out == ((count - minutes + 1)...count).map { "\($0)\n" }.joined())
    }

    @Test(arguments: [(3, "5498\n5499\n5500\n"), (20, "5496\n5497\n5498\n5499\n5500\n")])
    func theLastLinesSinceATimeAreLookedForFromTheEnd(count: Int, expected: String) throws {
        let lines = (1...5500).map { number in
            LogLines.Line(at: Samples.ago(seconds: Int64(5500 - number) * 60 + 30), text: "\(number)")
        }
        let standIn = try StandIn(Self.answering(lines: ["gateway": lines]))
        let result = try Hostctl.run(["logs", "gateway", "--since", "5m", "-n", "\(count)"], at: standIn)
        #expect(result.out == expected)
        #expect(standIn.questions.count == 2, "the names, and the last lines")
    }

    @Test func followingGoesOnWhereTheFirstPartEnds() throws {
        let log = Mutex(["1 one", "2 two"])
        let standIn = try StandIn { question in
            let lines = log.withLock { $0 }
            return Self.answering(["gateway": lines, "db": ["0 old"]])(question)
        }
        let running = try RunningHostctl(["logs", "-fn1", "gateway", "db"], at: standIn)
        try waitUntil("the last lines") { try running.output() == "db       0 old\ngateway  2 two\n" }
        log.withLock { $0 += ["3 three", "4 four"] }
        try waitUntil("what is new") { try running.output().hasSuffix("two\ngateway  3 three\ngateway  4 four\n") }
        #expect(try running.errors().isEmpty)
    }

    @Test func anUnknownNameShowsNothingOfTheOthers() throws {
        let standIn = try StandIn(Self.answering(["gateway": ["1 one"]]))
        let result = try Hostctl.run(["logs", "gateway", "gatway", "-f"], at: standIn)
        #expect(result.err == "hostctl: no service \"gatway\" (did you mean gateway?)\n")
        #expect(result.out.isEmpty)
        #expect(result.code == ExitCode.noSuchName.rawValue)
    }

    @Test func aFamilyIsTheLogsOfAllItsInstances() throws {
        let standIn = try StandIn(Self.answering(["worker@1": ["1 a", "3 c"], "worker@2": ["2 b"]]))
        let merged = "worker@1  1 a\nworker@2  2 b\nworker@1  3 c\n"
        for word in ["worker", "worker@*", "worker@[12]"] {
            #expect(try Hostctl.run(["logs", word], at: standIn).out == merged)
        }
    }

    @Test func theLogThatAFamilyHadAsOneServiceIsNotItsLogNow() throws {
        let standIn = try StandIn(Self.answering(["worker": ["0 old"], "worker@1": ["1 a"], "worker@2": ["2 b"]]))
        #expect(try Hostctl.run(["logs", "worker"], at: standIn).out == "worker@1  1 a\nworker@2  2 b\n")
    }

    @Test func aServiceThatIsConfiguredNoMoreHasItsLogStill() throws {
        let standIn = try StandIn(Self.answering(["gone": ["1 last words"]]))
        #expect(try Hostctl.run(["logs", "gone"], at: standIn).out == "1 last words\n")
    }

    @Test func aLineThatIsNotCompleteStandsLastAndWhenFollowingComesOnceItIs() throws {
        let rest = Mutex<String?>("half a")
        let log = Mutex(["1 one"])
        let standIn = try StandIn { question in
            let part = rest.withLock { $0 }
            return Self.answering(lines: ["gateway": log.withLock { $0 }.map { .init(at: nil, text: $0) }], rest: part)(
                question)
        }
        for options in [[], ["-n", "all"], ["--grep", "."], ["-n1", "--grep", "half"]] {
            let result = try Hostctl.run(["logs", "gateway"] + options, at: standIn)
            #expect(result.out.hasSuffix("half a\n"))
        }
        let running = try RunningHostctl(["logs", "gateway", "-f"], at: standIn)
        try waitUntil("the first line") { try running.output() == "1 one\n" }
        let asked = standIn.questions.count
        try waitUntil("another look") { standIn.questions.count > asked + 1 }
        #expect(try running.output() == "1 one\n")
        log.withLock { $0.append("half a line") }
        rest.withLock { $0 = nil }
        try waitUntil("the whole line") { try running.output() == "1 one\nhalf a line\n" }
    }

    @Test func untilEndsWhereItSays() throws {
        let lines = (1...3000).map { LogLines.Line(at: Self.time($0 * 60), text: "\($0)") }
        let standIn = try StandIn(Self.answering(lines: ["gateway": lines]))
        let window = try Hostctl.run(
            ["logs", "gateway", "--since", "2020-05-18T10:00:00.125Z", "--until", "2020-05-18T10:02:00.125Z"],
            at: standIn)
        #expect(window.out == "30\n31\n32\n", "\(window.err)")
        let asked = standIn.questions.count
        let last = try Hostctl.run(["logs", "gateway", "--until", "2020-05-18T10:02:00.125Z", "-n2"], at: standIn)
        #expect(last.out == "31\n32\n")
        #expect(standIn.questions.count == asked + 2, "nothing behind it is read")
    }

    @Test func stderrThatIsKeptApartIsAskedFor() throws {
        let standIn = try StandIn(Self.answering(["gateway": ["1 one"]]))
        _ = try Hostctl.run(["logs", "gateway", "--stderr"], at: standIn)
        #expect(standIn.questions.last?.value("stream") == "stderr")
        let merged = try StandIn { question in
            if question.name.isEmpty { return .json(ServiceList(services: [Samples.gateway]).json) }
            return .json(LogLines(lines: [], cursor: "0:0").json)
        }
        let nothing = try Hostctl.run(["logs", "gateway", "--stderr"], at: merged)
        #expect(
            nothing.err == "hostctl: gateway has no log of its stderr alone (log.streams = \"separate\" keeps one)\n")
    }

    @Test func streamsThatAreKeptApartAreMergedByTime() throws {
        let logs = ["gateway": ["1 out", "4 out", "5 out"], "db": ["3 db"]]
        let standIn = try StandIn(Self.answering(logs) { _ in ["2 err", "6 err"] })
        #expect(try Hostctl.run(["logs", "gateway"], at: standIn).out == "1 out\n2 err\n4 out\n5 out\n6 err\n")
        #expect(try Hostctl.run(["logs", "gateway", "-n3"], at: standIn).out == "4 out\n5 out\n6 err\n")
        #expect(try Hostctl.run(["logs", "gateway", "--stdout"], at: standIn).out == "1 out\n4 out\n5 out\n")
        #expect(try Hostctl.run(["logs", "gateway", "--stderr"], at: standIn).out == "2 err\n6 err\n")
        let json = try Hostctl.run(["logs", "gateway", "-n2", "--json"], at: standIn).out
        #expect(json.contains(#""stream":"stdout""#) && json.contains(#""stream":"stderr""#))
        #expect(
            try Hostctl.run(["logs", "gateway", "db", "-n2"], at: standIn).out.hasPrefix(
                "db              3 db\ngateway         5 out\ngateway/stderr  6 err\n"))
    }

    @Test func oneLaunchIsAskedFor() throws {
        let standIn = try StandIn(Self.answering(["gateway": (1...1500).map { "\($0) x" }, "db": ["1 db"]]))
        for word in ["17", "gateway.17"] {
            let result = try Hostctl.run(["logs", "gateway", "--instance", word], at: standIn)
            #expect(result.out.split(separator: "\n").count == 1500, "all that it wrote, not the last hundred lines")
            #expect(standIn.questions.last?.value("instance") == "17")
        }
        _ = try Hostctl.run(["logs", "gateway", "--instance=17", "-n5"], at: standIn)
        #expect(standIn.questions.last?.target == "/v1/services/gateway/logs?lines=5&instance=17")
        let other = try Hostctl.run(["logs", "gateway", "db", "--instance", "gateway.17"], at: standIn)
        #expect(other.err == "hostctl: --instance: gateway.17 is no launch of db (give its number alone)\n")
        #expect(other.code == ExitCode.usage.rawValue && other.out.isEmpty)
        let wrong = try Hostctl.run(["logs", "gateway", "--instance", "0"], at: standIn)
        #expect(wrong.err == "hostctl: --instance: \"0\" is no launch (its number, 17, or gateway.17)\n")
    }

    @Test func onATerminalEachNameHasAColourOfItsOwn() throws {
        let standIn = try StandIn(Self.answering(["a": ["1 one"], "bb": ["2 two"]]))
        let result = try PseudoTerminal.run(["logs", "a", "bb"], at: standIn)
        #expect(result.out.contains("\u{1B}[36ma \u{1B}[0m  1 one\n"))
        #expect(result.out.contains("\u{1B}[33mbb\u{1B}[0m  2 two\n"))
    }

    @Test func onATerminalColoursStayAndAllElseIsShown() throws {
        let text = "1 \u{1B}[1;31mred\u{1B}[0m\u{1B}]0;evil\u{7}\u{1B}[2J\u{8}\r"
        let standIn = try StandIn(Self.answering(["gateway": [text, "2 plain"]]))
        let coloured = try PseudoTerminal.run(["logs", "gateway"], at: standIn)
        let time = { (line: Int) in Self.time(line).text.dropLast().replacing("T", with: " ") }
        #expect(
            coloured.out == """
                \u{1B}[2m\(time(1))\u{1B}[0m  1 \u{1B}[1;31mred\u{1B}[0m\\e]0;evil\\u{7}\\e[2J\\u{8}\u{1B}[0m
                \u{1B}[2m\(time(2))\u{1B}[0m  2 plain

                """)
        let plain = try PseudoTerminal.run(["logs", "gateway", "-n", "2"], at: standIn, environment: ["NO_COLOR": "1"])
        #expect(plain.out == "\(time(1))  1 red\\e]0;evil\\u{7}\\e[2J\\u{8}\n\(time(2))  2 plain\n")
    }

    /// A line that begins with a number arrived so many seconds after dawn.
    private static func time(_ seconds: Int) -> WallTime {
        WallTime(milliseconds: Samples.dawn.milliseconds + Int64(seconds) * 1000)
    }

    private static func answering(_ logs: [String: [String]]) -> StandIn.Answering {
        answering(lines: logs.mapValues { $0.map(line) })
    }

    /// The same with a log of stderr beside each.
    private static func answering(
        _ logs: [String: [String]], stderr: @escaping @Sendable (String) -> [String]
    ) -> StandIn.Answering {
        { question in
            let name = question.name
            let isStderr = question.value("stream") == "stderr"
            let lines = [name: (isStderr ? stderr(name) : logs[name] ?? []).map(line)]
            return answering(lines: lines, hasStderr: true)(question)
        }
    }

    private static func line(_ text: String) -> LogLines.Line {
        let number = text.prefix { $0.isNumber }
        return LogLines.Line(at: Int(number).map(time), text: text)
    }

    /// Answers like hostd, a thousand lines at most. A cursor is the number of a line.
    private static func answering(
        lines logs: [String: [LogLines.Line]], rest: String? = nil, hasStderr: Bool = false
    ) -> StandIn.Answering {
        { question in
            if question.path == ["v1", "services"] {
                let names = ["gateway", "worker@1", "worker@2"]
                return .json(
                    ServiceList(services: names.map { ServiceStatus(name: $0, state: "ready", since: Samples.dawn) })
                        .json)
            }
            guard let all = logs[question.name] else { return Samples.noService(question.name) }
            let end = rest.map { LogLines.Line(at: nil, text: $0) }
            if let count = question.value("lines").flatMap({ Int($0) }) {
                let part = Array(all.suffix(min(count, 1000)))
                let isAll = part.count == all.count
                return .json(
                    LogLines(lines: part, rest: end, cursor: "1:\(all.count)", isAll: isAll, hasStderr: hasStderr)
                        .json)
            }
            var after = question.value("after").flatMap { Int($0.split(separator: "%3A").last ?? "") } ?? 0
            if let text = question.value("since"), let since = WallTime(text.replacing("%3A", with: ":")) {
                after = all.firstIndex { $0.at.map { $0 >= since } ?? false } ?? all.count
            }
            let part = Array(all.dropFirst(after).prefix(1000))
            let isAll = after + part.count == all.count
            return .json(
                LogLines(
                    lines: part, rest: isAll ? end : nil, cursor: "1:\(after + part.count)", isAll: isAll,
                    hasStderr: hasStderr
                ).json)
        }
    }
}
