// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl config show`: what the files come to, and where each value comes from.
@Suite struct ConfigShowTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write(
            "hostd.toml",
            """
            [service.gateway]
            command = ["node", "a.js"]
            nice = 5
            env = { TOKEN = "hunter2" }
            stop = { exec = ["stop-it"] }
            [service.proxy]
            preset = "litellm"
            [service.web]
            preset = "own"
            instances = 3
            ports = ["1000+${instance}"]

            """)
        try write(
            "conf.d/10.toml", "[service.gateway]\nnice = 7\nlive = { tcp = \"h:1\" }\nstop = { signal = \"SIGINT\" }\n")
        try write("presets/own.toml", "\ncommand = [\"web\", \"${port}\"]\n")
    }

    private func write(_ name: String, _ text: String) throws {
        let path = "\(folder.path)/\(name)"
        if let slash = path.lastIndex(of: "/") { try Files.makeFolder(String(path[..<slash])) }
        try Files.replace(path, with: text.utf8)
    }

    private func show(_ words: String...) throws -> Hostctl.Result {
        try Hostctl.run(["config", "show"] + words + ["--dir", folder.path])
    }

    /// The line of a key, with single spaces.
    private func line(_ key: String, in text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(key + " ") }
        return line.map { $0.split(separator: " ").joined(separator: " ") }
    }

    @Test func eachValueNamesItsFileItsPresetOrTheDefault() throws {
        let gateway = try show("gateway").out
        #expect(gateway.hasPrefix("[service.gateway]\n"))
        #expect(line("command", in: gateway) == "command = [\"node\", \"a.js\"] # \(folder.path)/hostd.toml:2")
        #expect(line("nice", in: gateway) == "nice = 7 # \(folder.path)/conf.d/10.toml:2", "the last file wins")
        #expect(line("live.tcp", in: gateway) == "live.tcp = \"h:1\" # \(folder.path)/conf.d/10.toml:3")
        #expect(line("live.interval", in: gateway) == "live.interval = \"10s\" # default")
        #expect(line("# user", in: gateway) == "# user # default: none")
        #expect(line("# stop.exec", in: gateway) == "# stop.exec # default: none", "taken back by the later file")
        #expect(!gateway.contains("startup."), "there is no such probe")
        let proxy = try show("proxy").out
        #expect(line("live.http", in: proxy)?.hasSuffix("# preset litellm") == true)
        let web = try show("web@2").out
        #expect(
            line("command", in: web) == "command = [\"web\", \"1002\"] # preset own, \(folder.path)/presets/own.toml:2")
    }

    @Test func secretsAreHidden() throws {
        for words in [["gateway"], ["gateway", "--json"], ["--json"], []] {
            let result = try Hostctl.run(["config", "show"] + words + ["--dir", folder.path])
            #expect(result.code == 0)
            #expect(result.out.contains("env.TOKEN"))
            #expect(!result.out.contains("hunter2"))
        }
    }

    @Test func allOfItStandsForAllInstances() throws {
        let all = try show().out
        #expect(all.contains("[host]\n") && all.contains("[service.\"web@1\"]") && !all.contains("[service.\"web@2\"]"))
        #expect(all.hasSuffix("# web@1 stands for all up to web@3 (hostctl config show web@3)\n"))
        let json = try JSON(parsing: Array(try show("web", "--json").out.utf8))
        #expect(
            json["tables"]?.elements?.map { $0["table"] } == [
                "service.web@1", "service.web@2", "service.web@3",
            ])
        let command = json["tables"]?.elements?.last?["keys"]?.elements?.first { $0["key"] == "command" }
        #expect(command?["value"] == "[\"web\", \"1003\"]")
        #expect(command?["source"] == "preset")
        #expect(command?["preset"] == "own")
        #expect(command?["line"] == 2)
    }

    @Test func aSlipIsNamed() throws {
        let slip = try show("gatewy")
        #expect(slip.code == ExitCode.noSuchName.rawValue)
        #expect(slip.err.contains("no service \"gatewy\" is configured (did you mean gateway?)"))
        let verb = try Hostctl.run(["config", "shwo"])
        #expect(verb.code == ExitCode.usage.rawValue)
    }

    @Test func whatIsWrongIsPrintedInsteadOfHalfATruth() throws {
        try write("conf.d/20.toml", "[service.gateway]\nnice = 99\n")
        let result = try show("gateway")
        #expect(result.code == ExitCode.badFile.rawValue)
        #expect(
            result.out == "\(folder.path)/conf.d/20.toml:2:8: service.gateway.nice: 99 is out of range (-20 to 19)\n")
    }
}
