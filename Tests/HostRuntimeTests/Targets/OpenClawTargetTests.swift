// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

@testable import HostRuntime

/// An OpenClaw's folder, with a stand-in for its CLI and without.
@Suite(.enabled(if: getuid() == 0, "needs root to be somebody else")) nonisolated struct OpenClawTargetTests {
    private static let plain = """
        {
          "agents": { "defaults": { "model": "x/old", "models": { "x/old": {} } } },
          "gateway": { "port": 18789 }
        }

        """
    private static let written = """
        {
          "agents": { "defaults": { "model": { "primary": "o/anthropic/s4.6" }, "models": { "x/old": {}, \
        "o/anthropic/s4.6": {} } } },
          "gateway": { "port": 18789 }
        }

        """
    private static let commented = """
        {
          // written by a person
          "agents": { "defaults": { "model": { "primary": "x/old" }, "models": { "x/old": {}, }, } },
        }

        """

    private static func place(_ config: String) throws -> HelperUnderTest {
        let place = try HelperUnderTest()
        try place.installOpenClaw()
        try place.write("openclaw.json", config)
        return place
    }

    private static func calls(_ place: HelperUnderTest) -> [String] {
        ((try? place.read("calls")) ?? "").split(separator: "\n").map(String.init)
    }

    @Test func aPlainFileIsEditedAndCheckedBeforeItIsPutThere() throws {
        let place = try Self.place(
            Self.plain.replacing("\"x/old\", \"models\"", with: "{ \"primary\": \"x/old\" }, \"models\""))
        let old = try place.read("openclaw.json")
        #expect(try place.apply(.openclaw(place.home), tier: "big", prefix: "o/") == nil)
        #expect(try place.read("openclaw.json") == Self.written)
        #expect(try place.read("openclaw.json.hostd.bak") == old)
        #expect(Self.calls(place) == ["config validate", "config validate"], "before and after, and no more")
        let status = try FileStatus(at: place.home + "/openclaw.json")
        #expect(status.uid == HelperUnderTest.user && status.rights == 0o600)
        #expect(try place.apply(.openclaw(place.home), tier: "big", prefix: "o/") == nil)
        #expect(Self.calls(place).count == 2, "what has its models is not asked about")
        #expect(try Files.list(place.home) == ["calls", "openclaw.json", "openclaw.json.hostd.bak"])
    }

    @Test func withoutItsProgramAPlainFileIsEditedAllTheSame() throws {
        let place = try HelperUnderTest()
        try place.write("openclaw.json", Self.plain)
        #expect(try place.apply(.openclaw(place.home), tier: "big") == nil)
        let json = try JSON(parsing: Array(try place.read("openclaw.json").utf8))
        #expect(json["agents"]?["defaults"]?["model"] == "anthropic/s4.6", "a string stays one")
    }

    @Test func aFileWithCommentsIsChangedByItsProgramInOneGo() throws {
        let place = try Self.place(Self.commented)
        #expect(try place.apply(.openclaw(place.home), prefix: "o/") == nil)
        let json = try JSON(parsing: Array(try place.read("openclaw.json").utf8))
        let model: JSON = ["primary": "o/deepseek/v4", "fallbacks": ["o/tencent/hy3", "o/step/3.5"]]
        #expect(json["agents"]?["defaults"]?["model"] == model)
        let allowed: JSON = ["x/old": [:], "o/deepseek/v4": [:], "o/tencent/hy3": [:], "o/step/3.5": [:]]
        #expect(json["agents"]?["defaults"]?["models"] == allowed)
        #expect(Self.calls(place) == ["config validate", "config get", "config set", "config validate"])
        #expect(try place.read("openclaw.json.hostd.bak") == Self.commented)
        #expect(try Files.list(place.home) == ["calls", "openclaw.json", "openclaw.json.hostd.bak"])
    }

    @Test func aFileWithCommentsNeedsTheProgram() throws {
        let place = try HelperUnderTest()
        try place.write("openclaw.json", Self.commented)
        #expect(
            try place.apply(.openclaw(place.home))
                == "\(place.home)/openclaw.json is no plain JSON, and there is no openclaw in the PATH that could "
                + "change it (install it there, or leave comments and trailing commas out)")
        #expect(try place.read("openclaw.json") == Self.commented)
    }

    @Test func whatWouldNotBeValidIsNeverPutThere() throws {
        let broken = "{ \"broken\": 1, \"agents\": { \"defaults\": { \"model\": \"x\" } } }"
        let place = try Self.place(broken)
        #expect(
            try place.apply(.openclaw(place.home))
                == "\(place.home)/openclaw.json is not valid before anything was changed: exit 1: "
                + "<root>: Unrecognized key: \"broken\"")
        // A stand-in for a version with another schema.
        let odd = "{ \"agents\": { \"defaults\": { \"model\": \"x\" } } }"
        try place.write("openclaw.json", odd)
        let script = "#!/bin/sh\ngrep -q deepseek \"$OPENCLAW_CONFIG_PATH\" || exit 0\necho no such model\nexit 1\n"
        try Files.replace(place.path + "/bin/openclaw", with: script.utf8, mode: 0o755)
        #expect(
            try place.apply(.openclaw(place.home))
                == "\(place.home)/openclaw.json is not valid with the new models; it was left as it was: exit 1: "
                + "no such model")
        #expect(try place.read("openclaw.json") == odd)
        #expect(try !Files.list(place.home).contains { $0.contains("draft") })
    }

    @Test func agentsInAnotherFileAreNotChangedHere() throws {
        let text = "{ \"agents\": { \"$include\": \"./agents.json\" } }"
        let place = try Self.place(text)
        let why = try place.apply(.openclaw(place.home))
        #expect(why?.contains("agents comes from another file by $include") == true)
        #expect(try place.read("openclaw.json") == text)
    }

    @Test func aTierThatIsNotThereIsNamed() throws {
        let place = try Self.place(Self.plain)
        #expect(
            try place.apply(.openclaw(place.home), tier: "x") == "there is no tier \"x\" (there is: agent, big)")
    }
}
