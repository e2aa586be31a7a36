// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// `model board`, with files and a real server.
@Suite struct ModelBoardTests {
    private let folder: TemporaryFolder
    private var board: String { folder.path + "/state/board" }

    init() throws {
        folder = try TemporaryFolder()
    }

    /// So many tokens of each model on each day up to 24 May.
    private static func daily(_ models: [(String, Int)], to last: Int = 24, days: Int = 7) -> String {
        let rows = ((last - days + 1)...last).flatMap { day in
            models.map {
                "{\"date\":\"2026-05-\(day)\",\"model_permaslug\":\"\($0.0)\",\"total_tokens\":\"\($0.1)\"}"
            }
        }
        return "{\"data\":[\(rows.joined(separator: ","))],\"meta\":{\"as_of\":\"2026-05-25T02:00:00Z\"}}"
    }

    private func run(_ words: String..., at standIn: StandIn? = nil) throws -> Hostctl.Result {
        try Hostctl.run(["model", "board"] + words + ["--dir", folder.path], at: standIn)
    }

    private func file(_ text: String) throws -> String {
        let path = folder.path + "/ranking"
        try Files.replace(path, with: text.utf8)
        return path
    }

    private func writePolicy(_ more: String = "") throws {
        let text = """
            [tier.agent]
            model = "a/one"
            fallback = ["s/gone"]
            [tier.reasoning]
            model = "c/three"
            allow = ["review"]
            \(more)
            """
        try Files.replace(folder.path + "/models.toml", with: text.utf8)
    }

    @Test func aWeekIsShownBesideTheOneBefore() throws {
        try writePolicy()
        let old = try file(
            Self.daily([("a/one-20260101", 100), ("b/two", 50), ("c/three", 40), ("other", 10)], to: 17))
        #expect(try run("fetch", "--file", old).code == 0)
        let new = try file(Self.daily([("a/one-20260101", 90), ("b/two", 100), ("d/four", 60), ("other", 10)]))
        let result = try run("fetch", "--file", new)
        #expect(result.code == 0 && result.err.isEmpty, "\(result)")
        for text in [
            "the week to 2026-05-24 (7 days), beside the week to 2026-05-17", "+30.0 % (then 1.4k)",
            "  1  +1    b/two", "  3  new   d/four", "gone      c/three (was 3, not listed any more)",
            "+100.0 % b/two, place 1", "makers    b 38.5 % (+13.5 %)",
            "place 2    a/one (tier.agent, there a/one-20260101)",
            "not on it  s/gone (tier.agent.fallback)", "not on it  c/three (tier.reasoning)", "    [tier.agent.gray]",
            "    model = \"b/two\"",
            "Source: OpenRouter (openrouter.ai/rankings), as of 2026-05-25T02:00:00Z (CC BY 4.0).",
            BoardText.caution,
        ] {
            #expect(result.out.contains(text), "\(text) is not in\n\(result.out)")
        }
        #expect(!result.out.contains("tier.reasoning.gray"), "premium models are chosen by nobody's numbers")
        #expect(try Files.list(board) == ["2026-05-17.json", "2026-05-24.json"])
        #expect(try FileStatus(at: board + "/2026-05-24.json").rights == 0o644)
        #expect(
            try Files.readText(folder.path + "/models.toml").contains("b/two") == false, "it never edits the policy")
        let shown = try run("show", "--json")
        let json = try JSON(parsing: Array(shown.out.utf8))
        #expect(json["before"]?.text == "2026-05-17" && json["proposal"]?["model"]?.text == "b/two")
        #expect(try run("show", "--against", "2026-05-17").out == result.out)
        #expect(try run("show", "--against", "2026-05-01").code == 4)
    }

    @Test func theKeyIsSentAndTwoWeeksAreKept() throws {
        let server = try TinyServer { connection in
            let head = connection.readHead()
            let isKnown = head.contains("Authorization: Bearer k3y\r\n")
            let body = isKnown ? Self.daily([("a/one", 1)], days: 14) : "{}"
            connection.send(
                "HTTP/1.1 \(isKnown ? "200 OK" : "401 Unauthorized")\r\nContent-Length: \(body.utf8.count)\r\n"
                    + "Connection: close\r\n\r\n\(body)")
        }
        let url = "http://127.0.0.1:\(server.port)/rankings?token=hidden"
        let refused = try run("fetch", "--url", url)
        #expect(refused.code == 1 && refused.err.contains("answers with status 401 (it wants a key)"), "\(refused)")
        #expect(!refused.err.contains("hidden"))
        try Files.replace(folder.path + "/key", with: "k3y\n".utf8)
        try writePolicy("[board]\nurl = \"\(url)\"\nkey_file = \"\(folder.path)/key\"")
        let result = try run("fetch")
        #expect(result.code == 0, "\(result)")
        #expect(try Files.list(board) == ["2026-05-17.json", "2026-05-24.json"])
        let open = try run("fetch", "--url", "http://board.example/x")
        #expect(open.code == 2 && open.err.contains("to everybody on the way (write https)"), "\(open)")
        withExtendedLifetime(server) {}
    }

    @Test func whatIsNoRankingChangesNothing() throws {
        let result = try run("fetch", "--file", try file("<html>Sign in</html>"))
        #expect(result.code == 1 && result.err.contains("no ranking is in it"), "\(result)")
        #expect(!Files.exists(board))
        #expect(try run("show").err.contains("no ranking was fetched yet"))
        #expect(try run("fetch", "--file", folder.path + "/none").code == 78)
        #expect(try run("show", "--alert").code == 2)
    }

    @Test func theOldestOfManyGo() throws {
        try Files.makeFolder(board)
        for day in 0..<130 {
            let snapshot = BoardSnapshot(
                date: BoardDay(number: 19_000 + Int64(day) * 7).text, days: 7, source: "s",
                rows: [.init(model: "a/one", tokens: 1)])
            try Files.replace("\(board)/\(snapshot.date).json", with: snapshot.json.bytes)
        }
        #expect(try run("fetch", "--file", try file(Self.daily([("a/one", 1)]))).code == 0)
        let kept = try Files.list(board)
        #expect(kept.count == 120 && kept.last == "2026-05-24.json")
    }

    @Test func theChangeIsHandedToHostd() throws {
        let standIn = try StandIn { _ in .json(["ok": true]) }
        let result = try run(
            "fetch", "--alert", "--file", try file(Self.daily([("a/one", 1)])), "--socket", standIn.socket)
        #expect(result.code == 0, "\(result)")
        let question = try #require(standIn.questions.first)
        #expect(question.method == "POST" && question.target == "/v1/models/board")
        let summary = try JSON(parsing: question.body)["summary"]?.text
        #expect(summary?.hasPrefix("week to 2026-05-24: 7 tokens; first a/one (100.0 %)") == true, "\(summary ?? "")")
    }
}
