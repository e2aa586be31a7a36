// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostLinux
import TestKit
import Testing

/// Presets: defaults that fit a known program, under what the service itself says.
struct PresetTests {
    private static let folder = #filePath.replacing("/Tests/HostConfigTests/PresetTests.swift", with: "/config/presets")

    private func services(_ text: String, presets: [String: String] = [:]) throws -> [ServiceSpecification] {
        let files =
            [ConfigurationFile(path: "hostd.toml", text: text)]
            + presets.sorted { $0.key < $1.key }.map {
                ConfigurationFile(path: "presets/\($0.key).toml", text: $0.value, preset: $0.key)
            }
        return try ConfigurationReader.read(files).get().services
    }

    private func errors(_ text: String, presets: [String: String]) -> [String] {
        do {
            _ = try services(text, presets: presets)
            return []
        } catch let errors as ConfigurationErrors {
            return errors.errors.map(\.description)
        } catch {
            return ["\(error)"]
        }
    }

    @Test func everyFileOfThePresetFolderIsCompiledInAndFaultless() throws {
        let names = try Files.list(Self.folder).filter { $0 != "jobs" }.map { String($0.dropLast(".toml".count)) }
        #expect(names.count >= 6)
        for name in names {
            let text = "[service.a]\npreset = \"\(name)\"\ncommand = [\"x\"]\nports = [8080]"
            #expect(try services(text).count == 1, "\(name)")
        }
    }

    @Test func whatTheServiceSaysWinsOverItsPreset() throws {
        let all = try services(
            """
            [service.a]
            preset = "web"
            command = ["mine"]
            env = { B = "mine", C = "mine" }
            live = { interval = "1s" }
            stop = { grace = "9s" }
            """,
            presets: [
                "web": """
                command = ["preset"]
                ports = [8080]
                env = { A = "preset", B = "preset" }
                live = { http = "http://127.0.0.1:${port}/", interval = "20s", failures = 7 }
                stop = { signal = "SIGINT", grace = "1m" }
                """
            ])
        let service = try #require(all.first)
        #expect(service.launch.command == ["mine"])
        #expect(service.launch.environment == ["A": "preset", "B": "mine", "C": "mine"])
        #expect(service.live?.interval == .seconds(1))
        #expect(service.live?.failures == 7)
        #expect(service.stop == StopSpecification(signal: 2, grace: .seconds(9)))
        #expect(service.ports == [8080])
    }

    @Test func thePortOfTheServiceReachesThePresetsCommandAndProbes() throws {
        let service = try #require(try services("[service.a]\npreset = \"litellm\"\nports = [4444]").first)
        #expect(service.launch.command.suffix(2) == ["--port", "4444"])
        #expect(service.live?.target == .http(url: "http://127.0.0.1:4444/health/liveliness", expected: 200...299))
    }

    @Test func instancesOfAPresetEachHaveTheirPort() throws {
        let all = try services(
            "[service.a]\npreset = \"litellm\"\ninstances = 2\nports = [\"4000+${instance}\"]")
        #expect(all.map(\.launch.command.last) == ["4001", "4002"])
    }

    @Test func aServiceMayTakeBackAProbeOfItsPreset() throws {
        let service = try #require(try services("[service.a]\npreset = \"litellm\"\nready = false").first)
        #expect(service.ready == nil)
        #expect(service.live != nil)
    }

    @Test func aProbeOfAnotherKindTakesThePlaceOfThePresets() throws {
        let text = "[service.a]\npreset = \"generic-http\"\nports = [80]\ncommand = [\"x\"]\nlive = { exec = [\"ok\"] }"
        let service = try #require(try services(text).first)
        #expect(service.live?.target == .exec(["ok"]))
    }

    @Test func aFileBesideTheConfigurationReplacesAPreset() throws {
        let service = try #require(
            try services("[service.a]\npreset = \"litellm\"", presets: ["litellm": "command = [\"own\"]"]).first)
        #expect(service.launch.command == ["own"])
        #expect(service.live == nil)
    }

    @Test(arguments: [
        (
            "preset = \"litelm\"", "10: service.a.preset: there is no preset \"litelm\" (did you mean \"litellm\"?)"
        ),
        ("preset = 1", "10: service.a.preset: 1 is an integer (write a string, like \"agent-01\")"),
    ])
    func aPresetThatIsNone(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test func anUnknownPresetNamesThoseThatThereAre() {
        let text = error("preset = \"zzz\"")
        #expect(text.contains("(there are generic-http, generic-node, hermes-gateway, litellm, "), "\(text)")
    }

    @Test func aPortThatIsMissingIsToldAtThePreset() {
        #expect(
            errors("[service.a]\npreset = \"generic-http\"\ncommand = [\"x\"]", presets: [:]).first?.contains(
                "service.a.startup.tcp: \"${port}\" is the first of the ports (give ports = [8080])") == true)
    }

    @Test func errorsInAPresetNameItsFile() {
        #expect(
            errors("[service.a]\npreset = \"own\"", presets: ["own": "comand = [\"x\"]"]) == [
                "presets/own.toml:1:1: service.a.comand: unknown key (did you mean \"command\"?)",
                "hostd.toml:1:1: service.a: no command (write command = [\"program\", \"argument\"])",
            ])
        #expect(
            errors("[service.a]\npreset = \"own\"", presets: ["own": "command = [\n"]).allSatisfy {
                $0.hasPrefix("presets/own.toml:")
            })
    }

    @Test func errorsInAPresetThatNobodyUsesAreToldToo() {
        #expect(
            errors("", presets: ["own": "preset = \"litellm\"", "own2": "nice = 50"]) == [
                "presets/own2.toml:1:8: preset.own2.nice: 50 is out of range (-20 to 19)",
                "presets/own.toml:1:1: preset: a preset names no other preset (leave it out)",
            ])
    }
}
