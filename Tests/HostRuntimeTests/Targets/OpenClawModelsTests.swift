// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

@testable import HostRuntime

/// Where an openclaw.json names models, and how they are put there.
nonisolated struct OpenClawModelsTests {
    private static let models = OpenClawModels(primary: "o/a", fallbacks: ["o/b", "o/c"])

    /// The text with the models in it.
    private static func edited(_ text: String, _ models: OpenClawModels = models) throws -> String {
        var result = try JSONText(Array(text.utf8))
        for change in models.changes(in: try JSON(parsing: Array(text.utf8))) {
            result.set(change.value, at: change.path)
        }
        let new = String(decoding: result.bytes, as: UTF8.self)
        let again = models.changes(in: try JSON(parsing: result.bytes))
        #expect(again.isEmpty, "once is enough: \(again)")
        return new
    }

    @Test func allPlacesAreSetAndAllElseStaysAsItIs() throws {
        let old = """
            {
              "gateway": { "port": 18789,   "token": "a\\"}b" },
              "agents": {
                "defaults": {
                  "workspace": "~/w",
                  "model": { "primary": "x/old", "fallbacks": ["x/f"], "timeoutMs": 1e3 },
                  "models": {
                    "x/old": { "alias": "old" },
                    "o/b": {}
                  },
                  "subagents": { "model": "x/cheap", "maxConcurrent": 8 }
                },
                "list": [
                  { "id": "main", "model": "x/old" },
                  { "id": "own", "model": { "primary": "y/chosen" } },
                  { "id": "none" }
                ]
              },
              "cron": 0.10
            }

            """
        let new = """
            {
              "gateway": { "port": 18789,   "token": "a\\"}b" },
              "agents": {
                "defaults": {
                  "workspace": "~/w",
                  "model": { "primary": "o/a", "fallbacks": ["o/b", "o/c"], "timeoutMs": 1e3 },
                  "models": {
                    "x/old": { "alias": "old" },
                    "o/b": {},
                    "o/a": {},
                    "o/c": {}
                  },
                  "subagents": { "model": "o/a", "maxConcurrent": 8 }
                },
                "list": [
                  { "id": "main", "model": "o/a" },
                  { "id": "own", "model": { "primary": "y/chosen" } },
                  { "id": "none" }
                ]
              },
              "cron": 0.10
            }

            """
        #expect(try Self.edited(old) == new)
    }

    @Test(arguments: [
        (
            "{}",
            "{\"agents\": { \"defaults\": { \"model\": { \"primary\": \"o/a\", \"fallbacks\": [\"o/b\", \"o/c\"] } } }}"
        ),
        (
            "{ \"agents\": { \"defaults\": { \"model\": \"x/old\", \"models\": {} } } }",
            "{ \"agents\": { \"defaults\": { \"model\": { \"primary\": \"o/a\", \"fallbacks\": [\"o/b\", \"o/c\"] }, "
                + "\"models\": {} } } }"
        ),
        (
            "{\"agents\":{\"defaults\":{\"model\":{\"primary\":\"x\"},\"models\":{\"o/*\":{}}},"
                + "\"entries\":{\"m\":{\"model\":\"x\"}}}}",
            "{\"agents\":{\"defaults\":{\"model\":{\"primary\":\"o/a\",\"fallbacks\": [\"o/b\", \"o/c\"]},"
                + "\"models\":{\"o/*\":{}}},\"entries\":{\"m\":{\"model\":\"o/a\"}}}}"
        ),
    ])
    func whateverIsThere(old: String, new: String) throws {
        #expect(try Self.edited(old) == new)
    }

    @Test func withoutFallbacksAStringStaysOne() throws {
        let models = OpenClawModels(primary: "o/a", fallbacks: [])
        #expect(
            try Self.edited("{\"agents\": {\"defaults\": {\"model\": \"x\"}}}", models)
                == "{\"agents\": {\"defaults\": {\"model\": \"o/a\"}}}")
    }

    @Test func aBatchHasOneValueForEachPath() throws {
        let config: JSON = [
            "agents": [
                "defaults": ["model": ["primary": "x"], "models": ["x": ["alias": "old"]]],
                "list": [["model": "x"]], "entries": ["my agent": ["model": "x"]],
            ]
        ]
        let batch = OpenClawModels.batch(Self.models.changes(in: config), in: config)
        let expected: JSON = [
            ["path": "agents.defaults.model.primary", "value": "o/a"],
            ["path": "agents.defaults.model.fallbacks", "value": ["o/b", "o/c"]],
            ["path": "agents.list[0].model", "value": "o/a"],
            ["path": "agents.entries[\"my agent\"].model", "value": "o/a"],
            [
                "path": "agents.defaults.models",
                "value": ["x": ["alias": "old"], "o/a": [:], "o/b": [:], "o/c": [:]],
            ],
        ]
        #expect(batch == expected)
    }

    @Test func whatStandsInAnotherFileIsSeen() {
        #expect(OpenClawModels.included(in: ["agents": ["$include": "./agents.json"]]) == "agents")
        #expect(OpenClawModels.included(in: ["channels": ["$include": "./c.json"]]) == nil)
    }
}
