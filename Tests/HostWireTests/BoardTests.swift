// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

/// Public rankings: what is read of them, and what has changed since the week before.
@Suite struct BoardTests {
    private static let today = BoardDay(number: 20_600)

    private func read(_ text: String) throws -> [BoardSnapshot] {
        try BoardReader.read(Array(text.utf8), source: "board.example", today: Self.today)
    }

    /// Rows as the data API sends them, for so many days up to 24 May.
    private static func daily(_ models: [(String, Int)], days: ClosedRange<Int> = 18...24) -> String {
        let rows = days.flatMap { day in
            models.map {
                "{\"date\": \"2026-05-\(day)\", \"model_permaslug\": \"\($0.0)\", \"total_tokens\": \"\($0.1)\"}"
            }
        }
        return "{\"data\": [\(rows.joined(separator: ", "))], \"meta\": {\"as_of\": \"2026-05-25T02:00:00Z\"}}"
    }

    @Test func daysAreAddedUpToTheWeek() throws {
        let found = try read(Self.daily([("a/one", 10), ("b/two-20260101:free", 20), ("other", 5)]))
        #expect(found.count == 1)
        let week = try #require(found.last)
        #expect(week.date == "2026-05-24" && week.days == 7 && week.asOf == "2026-05-25T02:00:00Z")
        #expect(week.rows.map(\.model) == ["b/two-20260101:free", "a/one"] && week.rows.map(\.tokens) == [140, 70])
        #expect(week.other == 35 && week.total == 245 && week.makers == ["a": 70, "b": 140])
        #expect(BoardText.citation(week).hasPrefix("Source: OpenRouter (openrouter.ai/rankings), as of 2026-05-25T02"))
        #expect(try BoardSnapshot(json: JSON(parsing: week.json.bytes)) == week)
    }

    @Test func twoWeeksGiveTheWeekBeforeAsWell() throws {
        let found = try read(Self.daily([("a/one", 1)], days: 11...24))
        #expect(found.map(\.date) == ["2026-05-17", "2026-05-24"] && found.map(\.days) == [7, 7])
        let short = try read(Self.daily([("a/one", 1)], days: 15...24))
        #expect(short.map(\.days) == [3, 7])
    }

    @Test func otherNamesOfTheSameAreReadToo() throws {
        let text = """
            [{"model": "a/one", "prompt_tokens": 3, "completion_tokens": 4, "provider_name": "P", "country": "DE"},
             {"model": "a/one", "tokens": 5, "provider": "Q"}, {"id": "x y", "tokens": 9}, {"name": "none"},
             {"model": "\\u001b[31m", "tokens": 9}]
            """
        let week = try #require(try read(text).last)
        #expect(week.rows == [.init(model: "a/one", tokens: 12)] && week.date == Self.today.text && week.days == 0)
        #expect(week.providers == ["P": 7, "Q": 5] && week.regions == ["DE": 7])
        #expect(week.source == "board.example" && !BoardText.citation(week).contains("CC BY"))
    }

    @Test func aPageHoldsItInItsScripts() throws {
        let rows = "[{\"model_permaslug\":\"a/one\",\"total_tokens\":7,\"date\":\"2026-05-24\"}]"
        let next = "<html><script>x = 1</script><script id=\"__NEXT_DATA__\">{\"props\": {\"r\": \(rows)}}</script>"
        #expect(try read(next).last?.rows == [.init(model: "a/one", tokens: 7)])
        #expect(try read("<script>const rows = \(rows);</script>").last?.total == 7)
        let escaped = rows.replacing("\"", with: "\\\"")
        let middle = escaped.index(escaped.startIndex, offsetBy: 26)
        let pieces = [escaped[..<middle], escaped[middle...]].map {
            "<script>self.__next_f.push([1,\"\($0)\"])</script>"
        }
        #expect(try read("<!doctype html>" + pieces.joined()).last?.total == 7)
        let chart = """
            <script>{"data": [{"x": "2026-05-11", "ys": {"a/one": 4, "Others": 2}},
            {"x": "2026-05-18", "ys": {"a/one": 9, "b/two": 1, "Others": 2, "nobody": 5}}]}</script>
            """
        let weeks = try read(chart)
        #expect(weeks.map(\.date) == ["2026-05-11", "2026-05-18"] && weeks.map(\.total) == [6, 12])
    }

    @Test(arguments: [
        "{}", "[1]", "<html><script>[{\"a\": 1}]</script>", "<html>", "<script>[{[{[{", "[{\"model\": \"a/b\"}]",
        "[{\"model\": \"a/b\", \"tokens\": -1}]",
    ])
    func whatIsNoRankingIsSaid(text: String) {
        #expect(throws: JSONError.self) { try read(text) }
        do {
            _ = try read(text)
        } catch {
            #expect("\(error)".hasPrefix("no ranking is in it (rows with a model and its tokens are, like "))
        }
    }

    @Test func tooMuchIsRefused() throws {
        let rows = (0...5000).map { "{\"model\": \"a/\($0)\", \"tokens\": 1}" }.joined(separator: ",")
        #expect(throws: JSONError("it has 5001 rows (at most 5000)")) { try read("[\(rows)]") }
        let long = [UInt8](repeating: 0x20, count: BoardReader.limitBytes + 1)
        #expect(throws: JSONError("it has 8388609 bytes (at most 8388608)")) {
            try BoardReader.read(long, source: "x", today: Self.today)
        }
        // Brackets that never close cost no more than they are.
        let deep = "<script>" + String(repeating: "[{", count: 200_000) + "</script>"
        #expect(throws: JSONError.self) { try read(deep) }
    }

    private static func week(_ date: String, _ rows: [(String, Int64)], days: Int = 7, other: Int64 = 0)
        -> BoardSnapshot
    {
        BoardSnapshot(
            date: date, days: days, source: "s", rows: rows.map { .init(model: $0.0, tokens: $0.1) }, other: other)
    }

    @Test func aWeekIsComparedWithTheOneBefore() {
        let before = Self.week("2026-05-17", [("a/1", 1000), ("b/2", 800), ("c/3", 500), ("t/tiny", 1)], other: 199)
        let now = Self.week("2026-05-24", [("b/2", 1000), ("a/1", 900), ("d/4", 600), ("t/tiny", 4)], other: 496)
        let change = BoardChange(now, since: before)
        #expect(change.growth.map { ($0 * 1000).rounded() } == 200)
        #expect(change.places.map(\.model) == ["b/2", "a/1", "d/4", "t/tiny"])
        #expect(change.places.map(\.was) == [2, 1, nil, 4])
        #expect(change.gone.map(\.model) == ["c/3"] && change.gone.map(\.was) == [3] && change.gone[0].place == nil)
        #expect(change.climbers.map(\.model) == ["b/2"], "four times as many of next to nothing are no news")
        #expect(change.makers.first { $0.name == "c" }?.now == 0 && change.providers.isEmpty)
        let summary = BoardText.summary(change, missing: ["x/y"])
        #expect(summary.contains("3.0k tokens (+20.0 %)") || summary.contains("3k tokens (+20.0 %)"), "\(summary)")
        #expect(summary.contains("first b/2 (33.3 %, was 2)") && summary.contains("of this host not on it: x/y"))
        #expect(summary.hasSuffix(BoardText.caution))
    }

    @Test func weeksOfDifferentLengthAreComparedDayByDay() {
        let before = Self.week("2026-05-17", [("a/1", 100)], days: 5)
        let change = BoardChange(Self.week("2026-05-24", [("a/1", 140)]), since: before)
        #expect(change.isPerDay && change.growth.map { $0.magnitude < 1e-9 } == true)
    }

    @Test func aModelIsFoundUnderTheNameOfItsSnapshot() {
        let now = Self.week(
            "2026-05-24",
            [
                ("anthropic/claude-4.6-sonnet-20260217", 9), ("deepseek/deepseek-v4-flash-20260423:free", 8),
                ("deepseek/deepseek-v4-flash-20260423", 7), ("openai/gpt-4o-2024-05-13", 6),
            ])
        let uses = BoardUse.all(
            [
                ("anthropic/claude-sonnet-4.6", "tier.a"), ("deepseek/deepseek-v4-flash", "tier.b"),
                ("openai/gpt-4o", "tier.c"), ("deepseek/deepseek-v4", "tier.d"), ("openai/gpt-4o", "tier.e.gray"),
                ("openai/gpt-4o:free", "tier.f"),
            ], on: now)
        #expect(uses.map(\.rank) == [1, 3, 4, nil, nil])
        #expect(uses[2].places == ["tier.c", "tier.e.gray"])
    }

    @Test func aCandidateIsProposedAsText() throws {
        let before = Self.week("2026-05-17", [("a/1", 100), ("b/2", 50), ("c/3-20260101", 40)])
        let now = Self.week("2026-05-24", [("a/1", 100), ("x/free:free", 99), ("c/3-20260101", 60), ("b/2", 50)])
        let tier = BoardProposal.Tier(name: "agent", model: "a/1", fallback: ["c/3"])
        let proposal = try #require(BoardProposal(BoardChange(now, since: before), for: tier))
        #expect(proposal.model == "c/3", "as the policy spells it")
        #expect(proposal.reason == "+50.0 % since the week to 2026-05-17, at place 3")
        #expect(proposal.text(week: "2026-05-24", source: "s").contains("[tier.agent.gray]\nmodel = \"c/3\"\nshare"))
        let alone = BoardChange(Self.week("2026-05-24", [("a/1", 100)]), since: nil)
        #expect(BoardProposal(alone, for: tier) == nil)
    }
}
