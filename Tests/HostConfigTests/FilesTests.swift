// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// Several files that are read together.
struct FilesTests {
    private func services(_ files: [(String, String)]) throws -> [String: ServiceSpecification] {
        let read = try configuration(files.map { (path: $0.0, text: $0.1) })
        return Dictionary(uniqueKeysWithValues: read.services.map { ($0.name.text, $0) })
    }

    @Test func aLaterFileAddsAndReplacesKeyByKey() throws {
        let services = try services([
            (
                "hostd.toml",
                """
                [service.gateway]
                command = ["old", "argument"]
                ports = [1, 2]
                env = { KEPT = "1", CHANGED = "1" }
                live = { http = "http://127.0.0.1/", interval = "7s", failures = 9 }
                restart = { burst = 1, window = "1m" }
                """
            ),
            (
                "conf.d/10-local.toml",
                """
                [service.gateway]
                ports = [3]
                env = { CHANGED = "2", NEW = "2" }
                live = { failures = 2 }
                [service.gateway.restart]
                burst = 2
                [service.agent]
                command = ["agent"]
                """
            ),
            ("conf.d/20-more.toml", "service.gateway.restart.burst = 3"),
        ])
        let gateway = try #require(services["gateway"])
        #expect(services.keys.sorted() == ["agent", "gateway"])
        #expect(gateway.launch.command == ["old", "argument"])
        #expect(gateway.ports == [3])
        #expect(gateway.launch.environment == ["KEPT": "1", "CHANGED": "2", "NEW": "2"])
        #expect(gateway.live?.interval == .seconds(7))
        #expect(gateway.live?.failures == 2)
        #expect(gateway.restart.burst == 3)
        #expect(gateway.restart.window == .seconds(60))
    }

    @Test func aLaterFileMayAskAnotherQuestion() throws {
        let services = try services([
            ("hostd.toml", "[service.a]\ncommand = [\"x\"]\nlive = { http = \"http://127.0.0.1/\", expect = 204 }"),
            ("conf.d/a.toml", "[service.a.live]\ntcp = \"127.0.0.1:80\""),
        ])
        #expect(services["a"]?.live?.target == .tcp(host: "127.0.0.1", port: 80))
    }

    @Test func anErrorBetweenFilesStandsWhereTheValueStands() {
        let files = [
            ("hostd.toml", "[service.a]\ncommand = [\"x\"]\nrestart = { max_backoff = \"1s\" }\nafter = [\"b\"]"),
            ("conf.d/a.toml", "[service.a.restart]\nbackoff = \"2s\""),
        ]
        #expect(
            errors(files) == [
                "hostd.toml:4:10: service.a.after: there is no service \"b\" (name one of the other services)",
                "conf.d/a.toml:2:11: service.a.restart.backoff: \"2s\" is longer than max_backoff, \"1s\" "
                    + "(shorten it or give a longer max_backoff)",
            ])
    }

    @Test func moreThan256FilesAreTooMany() {
        let files = (1...258).map { (path: "\($0).toml", text: "") }
        #expect(
            errors(files) == [
                "257.toml:1:1: this is file 257 of the configuration (at most 256)",
                "258.toml:1:1: this is file 258 of the configuration (at most 256)",
            ])
    }

    @Test func ofManyErrorsTheFirst200AreToldAndTheOthersCounted() throws {
        let text = (0..<300).map { "key\($0) = 1" }.joined(separator: "\n")
        guard case .failure(let errors) = ConfigurationReader.read(files: [("f", text)]) else {
            Issue.record("was read")
            return
        }
        #expect(errors.errors.count == 200)
        #expect(errors.omitted == 100)
        #expect(errors.description.hasSuffix("\nand 100 more"))
    }

    @Test func tenThousandKeysAreNoTrouble() throws {
        let services = (0..<2000).map { number in
            """
            [service.s\(number)]
            command = ["x", "\(number)"]
            ports = [\(number + 1)]
            nice = \(number % 20)
            env.NUMBER = "\(number)"
            """
        }
        let read = try configuration([("f", services.joined(separator: "\n"))])
        #expect(read.services.count == 2000)
        #expect(read.services.allSatisfy { $0.launch.environment["NUMBER"] == $0.launch.command.last })
        let unknown = (0..<10_000).map { "autostart\($0) = true" }.joined(separator: "\n")
        #expect(errors([("f", unknown)]).count == 200)
        let chain = (0..<2000).map { "[service.s\($0)]\ncommand = [\"x\"]\nafter = [\"s\(($0 + 1) % 2000)\"]" }
        #expect(errors([("f", chain.joined(separator: "\n"))]).count == 1, "a cycle of 2,000")
    }

    @Test func everyKeyOfTheReferenceIsReadWithItsOwnDefault() throws {
        let keys = ConfigurationReference.keys
        #expect(Set(keys.map(\.path)).count == keys.count)
        #expect(keys.allSatisfy { !$0.summary.isEmpty && $0.summary.hasSuffix(".") })
        // An alert says in any case where it goes: AlertKeyTests.
        let hosts = keys.filter { !$0.path.contains("NAME.") && !$0.path.hasPrefix("alert.") && $0.value != nil }
        let services = keys.filter { $0.path.hasPrefix("service.NAME.") && $0.value != nil && $0.value != "[]" }
        let lines = (hosts + services).map { key in
            key.path.replacing("service.NAME.", with: "service.a.") + " = " + (key.value ?? "")
        }
        let probes = ["startup", "live", "ready"].map { "service.a.\($0).tcp = \"127.0.0.1:80\"" }
        let text = (lines + probes + ["service.a.command = [\"x\"]"])
            .filter { !$0.contains(".http = ") && !$0.contains("command = []") }.joined(separator: "\n")
        let read = try configuration([("f", text)])
        let plain = try configuration([("f", (probes + ["service.a.command = [\"x\"]"]).joined(separator: "\n"))])
        #expect(read == plain)
    }
}
