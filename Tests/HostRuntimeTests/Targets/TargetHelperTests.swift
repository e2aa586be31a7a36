// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import TestKit
import Testing

@testable import HostRuntime

/// `hostd --apply-models` in the places of other users.
@Suite(.enabled(if: getuid() == 0, "needs root to be somebody else")) nonisolated struct TargetHelperTests {
    private static let account = Users.account(uid: HelperUnderTest.user)

    private static func template(_ place: HelperUnderTest) throws -> ModelTarget.Action {
        try Files.replace(place.path + "/m.in", with: "model = ${model.agent}\n".utf8, mode: 0o640)
        return .template(from: place.path + "/m.in", to: place.home + "/m")
    }

    @Test func aTemplateIsWrittenAsTheOwnerOfThePlace() throws {
        let place = try HelperUnderTest()
        let action = try Self.template(place)
        #expect(try place.apply(action) == nil)
        #expect(try place.read("m") == "model = deepseek/v4\n")
        let status = try FileStatus(at: place.home + "/m")
        #expect(status.uid == HelperUnderTest.user && status.rights == 0o640, "read by root, written by its owner")
        #expect(try place.apply(action) == nil)
        #expect(try FileStatus(at: place.home + "/m").inode == status.inode, "what is there already is not touched")
        try Files.setMode(place.home + "/m", 0o604)
        var models = HelperUnderTest.models
        models = TargetModels(
            generation: 8, policy: "", tiers: ["agent": .init(model: "n/w", fallback: [], candidate: nil)])
        #expect(try place.apply(action, models: models) == nil)
        #expect(try place.read("m") == "model = n/w\n")
        #expect(try FileStatus(at: place.home + "/m").rights == 0o604, "rights stay")
        #expect(try Files.list(place.home) == ["m"], "and nothing is left beside it")
    }

    @Test func aFileOfOthersInAFolderOfRootStaysTheirs() throws {
        let place = try HelperUnderTest()
        try Files.replace(place.path + "/m", with: "old".utf8, mode: 0o640)
        try check("chown") { chown(place.path + "/m", HelperUnderTest.user, HelperUnderTest.user) }
        try Files.replace(place.path + "/m.in", with: "${model.big}".utf8)
        #expect(try place.apply(.template(from: place.path + "/m.in", to: place.path + "/m")) == nil)
        let status = try FileStatus(at: place.path + "/m")
        #expect(status.uid == HelperUnderTest.user && status.rights == 0o640)
        #expect(try Files.readText(place.path + "/m") == "anthropic/s4.6")
    }

    @Test func linksInAUsersFolderLeadRootNowhere() throws {
        let place = try HelperUnderTest()
        // Root's alone.
        let secret = place.path + "/secret"
        try Files.replace(secret, with: "{\"secret\": 1}".utf8)
        let action = try Self.template(place)
        symlink(secret, place.home + "/m")
        #expect(try place.apply(action)?.hasSuffix("Permission denied") == true, "not read, not written")
        symlink(secret, place.home + "/in")
        let from = ModelTarget.Action.template(from: place.home + "/in", to: place.home + "/out")
        #expect(try place.apply(from)?.hasSuffix("Permission denied") == true)
        symlink(secret, place.home + "/openclaw.json")
        #expect(try place.apply(.openclaw(place.home))?.hasSuffix("Permission denied") == true)
        symlink(secret, place.home + "/config.yaml")
        var proxy = ModelTarget.LiteLLM()
        proxy.config = place.home + "/config.yaml"
        #expect(try place.apply(.litellm(proxy))?.contains("Permission denied") == true)
        #expect(try Files.readText(secret) == "{\"secret\": 1}")
        #expect(try FileStatus(at: secret).uid == 0)
        #expect(try !Files.list(place.home).contains("out"))
    }

    @Test func aFolderThatOthersCanWriteIsNoPlaceForRoot() throws {
        let place = try HelperUnderTest()
        try Files.makeFolder(place.path + "/loose")
        try Files.setMode(place.path + "/loose", 0o777)
        let action = ModelTarget.Action.template(from: place.path + "/m.in", to: place.path + "/loose/m")
        try Files.replace(place.path + "/m.in", with: "x".utf8, mode: 0o644)
        let why = try place.apply(action)
        #expect(why?.contains("loose belongs to root and others can write it") == true, "\(why ?? "")")
        #expect(try place.apply(action, user: Self.account.name) == nil, "but it is for a user who is named")
    }

    @Test func aKillAtAnyTimeLeavesTheOldFileOrTheNewOne() throws {
        let place = try HelperUnderTest()
        try Files.replace(place.path + "/m.in", with: String(repeating: "${model.agent}\n", count: 20_000).utf8)
        let action = ModelTarget.Action.template(from: place.path + "/m.in", to: place.home + "/m")
        let files = ["a/one", "b/two"].map { id in
            (id, String(repeating: id + "\n", count: 20_000))
        }
        func models(_ round: Int) -> TargetModels {
            let tier = TargetModels.Tier(model: files[round % 2].0, fallback: [], candidate: nil)
            return TargetModels(generation: Int64(round), policy: "", tiers: ["agent": tier])
        }
        // So long it takes here: the kills are spread over that.
        let began = Clock.now
        #expect(try place.apply(action, models: models(1)) == nil)
        let took = UInt32(clamping: (Clock.now - began).nanoseconds / 1000)
        var kills = 0
        for round in 0..<100 {
            let running = try place.start(action, models: models(round))
            letPass(microseconds: took / 100 * UInt32(round))
            kill(running.process.pid, SIGKILL)
            if try running.result() == nil { kills += 1 }
            let text = try place.read("m")
            #expect(files.contains { $0.1 == text }, "round \(round) left something else")
            #expect(try place.isFree, "and nobody is at work any more")
        }
        #expect(kills > 0)
        #expect(try place.apply(action) == nil)
        #expect(try Files.list(place.home) == ["m"])
    }

    @Test func aCommandIsRunAsTheUserAndFindsTheModels() throws {
        let place = try HelperUnderTest()
        let script = "echo \"$(id -u) $HOSTD_GENERATION $HOSTD_MODELS_FILE $USER\" > \(place.home)/said"
        #expect(try place.apply(.exec(["/bin/sh", "-c", script]), user: Self.account.name) == nil)
        let expected = "\(HelperUnderTest.user) 7 \(place.path)/models.json \(Self.account.name)\n"
        #expect(try place.read("said") == expected)
    }

    @Test(arguments: [
        ("echo not; echo this one >&2; exit 3", "exit 3: this one"), ("kill -9 $$", "killed by SIGKILL"),
        ("exit 1", "exit 1"),
    ])
    func aCommandThatFailsSaysWhy(script: String, why: String) throws {
        #expect(try HelperUnderTest().apply(.exec(["/bin/sh", "-c", script])) == why)
    }

    @Test func aUserWhoIsNotThereIsNamed() throws {
        let place = try HelperUnderTest()
        #expect(
            try place.apply(.exec(["/bin/true"]), user: "nobody-here")
                == "there is no user \"nobody-here\" on this host")
        #expect(
            try place.apply(.openclaw("~nobody-here/.openclaw"))
                == "there is no user \"nobody-here\" on this host, whose home ~nobody-here/.openclaw is in")
    }

    @Test func whatAKilledHelperLeftAtWorkKeepsTheLock() throws {
        let place = try HelperUnderTest()
        let script = "echo $PPID $$ > \(place.home)/pids; exec sleep 1000"
        let running = try place.start(.exec(["/bin/sh", "-c", script]), user: Self.account.name)
        let pids = try waitFor("the command") {
            let found = (try? place.read("pids"))?.split { $0 == " " || $0 == "\n" }.compactMap { Int32($0) } ?? []
            return found.count == 2 ? found : nil
        }
        kill(running.process.pid, SIGKILL)
        #expect(try running.result() == nil)
        #expect(try !place.isFree, "the keeper of the command lives")
        kill(pids[0], SIGTERM)
        try waitUntil("the keeper to have ended it") { try place.isFree }
        #expect(kill(pids[1], 0) == -1)
    }
}
