// SPDX-License-Identifier: Apache-2.0

import HostWire
import TestKit
import Testing

@Suite struct CommandLineTests {
    @Test(
        "wrong usage ends with 2 and says what would be right",
        arguments: [
            ([], "what to do is missing, like: hostctl status (hostctl help lists the verbs)"),
            (["statsu"], "there is no verb \"statsu\" (did you mean status?)"),
            (["stat"], "there is no verb \"stat\" (did you mean status or start?)"),
            (["re"], "there is no verb \"re\" (did you mean restart or reload or reset or reexec?)"),
            (["signal", "HUP", "a"], "\"a\" is no signal (it stands last: hostctl signal a HUP)"),
            (["frobnicate"], "there is no verb \"frobnicate\" (hostctl help lists them)"),
            (["status", "--jsn"], "there is no option --jsn (did you mean --json?)"),
            (["logs", "gateway", "--folow"], "there is no option --folow (did you mean --follow?)"),
            (["status", "-x"], "there is no option -x (hostctl status --help lists them)"),
            (["status", "--follow"], "--follow is no option of status (hostctl status --help lists them)"),
            (["status", "--json=yes"], "--json takes no value (\"yes\" was given)"),
            (["logs", "gateway", "-n"], "--lines needs a value: --lines N"),
            (["logs", "gateway", "-n", "many"], "--lines: \"many\" is no count (0 to 1000000000, or \"all\")"),
            (["logs", "gateway", "-n", "-1"], "--lines: \"-1\" is no count (0 to 1000000000, or \"all\")"),
            (
                ["events", "--since", "noon"],
                "\"noon\" is no time (\"10m\" ago, \"09:30\", \"2026-05-18\", "
                    + "\"2026-05-18 09:30\" or \"2026-05-18T09:30:00Z\")"
            ),
            (
                ["events", "--since", "31:00"],
                "\"31:00\" is no time (\"10m\" ago, \"09:30\", \"2026-05-18\", "
                    + "\"2026-05-18 09:30\" or \"2026-05-18T09:30:00Z\")"
            ),
            (["status", "--timeout", "5"], "--timeout: \"5\" has no unit (write \"5s\")"),
            (["start"], "start needs a NAME, like: hostctl start gateway (hostctl status lists the names)"),
            (
                ["completion", "bash", "b"],
                "\"b\" is too much: completion takes at most 1 SHELL (hostctl completion --help)"
            ),
            (["signal", "a"], "signal needs a SIGNAL, like: hostctl signal gateway HUP"),
            (
                ["signal"],
                "signal needs a NAME and a SIGNAL, like: hostctl signal gateway HUP (hostctl status lists the names)"
            ),
            (["signal", "a", "HUPP"], "\"HUPP\" is no signal (did you mean SIGHUP?)"),
            (["signal", "a", "7777"], "\"7777\" is no signal (like HUP, SIGTERM or 15)"),
            (["wait", "a", "--for", "redy"], "--for: \"redy\" is no state (did you mean ready?)"),
            (
                ["wait", "a", "--for", "happiness"],
                "--for: \"happiness\" is no state (ready, running, starting, waiting, stopping, unhealthy, backoff, "
                    + "looping, held, stopped)"
            ),
            (["logs", "a", "-f", "--until", "1m"], "--follow has no end, and --until is one (give one of them)"),
            (["events", "-f", "--until", "1m"], "--follow has no end, and --until is one (give one of them)"),
            (
                ["logs", "a", "--since", "1m", "--until", "2m"],
                "--since is later than --until: no line is both"
            ),
            (["version", "x"], "\"x\" is too much: version takes no arguments (hostctl version --help)"),
            (["stop", ""], "an empty NAME is none (hostctl stop --help)"),
            (["help", "log"], "there is no verb and no topic \"log\" (did you mean logs?)"),
        ])
    func wrongUsage(arguments: [String], message: String) throws {
        let standIn = try StandIn(Samples.answering([]))
        let result = try Hostctl.run(arguments, at: standIn)
        #expect(result.err == "hostctl: \(message)\n")
        #expect(result.out.isEmpty)
        #expect(result.code == ExitCode.usage.rawValue)
        #expect(standIn.questions.isEmpty)
    }

    @Test(arguments: [
        ["logs", "-n", "5", "gateway"], ["-n5", "logs", "gateway"], ["logs", "gateway", "--lines=5"],
        ["--no-color", "logs", "--json", "-tn5", "--", "gateway"],
    ])
    func optionsStandAnywhere(arguments: [String]) throws {
        let standIn = try StandIn(Samples.answering([Samples.gateway]))
        #expect(try Hostctl.run(arguments, at: standIn).code == 0)
        #expect(standIn.questions.last?.target == "/v1/services/gateway/logs?lines=5")
    }

    @Test func afterTwoDashesEverythingIsAName() throws {
        let standIn = try StandIn(Samples.answering([Samples.gateway]))
        let result = try Hostctl.run(["status", "--", "--json"], at: standIn)
        #expect(result.err.contains("no service \"--json\""))
    }

    @Test func aNameIsSentAsItIs() throws {
        let standIn = try StandIn(Samples.answering([]))
        _ = try Hostctl.run(["status", "../a b&c=d&é%"], at: standIn)
        #expect(standIn.questions.first?.target == "/v1/services/..%2Fa%20b%26c%3Dd%26%C3%A9%25")
    }

    @Test func theSocketIsTheNearestThatIsNamed() throws {
        let folder = try TemporaryFolder()
        let nowhere = { (result: Hostctl.Result) in
            String(result.err.drop { $0 != "/" }.prefix { $0 != ":" })
        }
        let fromVariable = ["HOSTD_SOCKET": "/nowhere/variable.sock"]
        var result = try Hostctl.run(["status"], environment: fromVariable)
        #expect(nowhere(result) == "/nowhere/variable.sock")
        result = try Hostctl.run(["--dir", folder.path, "status"], environment: fromVariable)
        #expect(nowhere(result) == folder.path + "/run/hostd.sock")
        result = try Hostctl.run(
            ["status", "--socket=/nowhere/option.sock", "--dir", folder.path], environment: fromVariable)
        #expect(nowhere(result) == "/nowhere/option.sock")
    }

    @Test func versionWorksWithAndWithoutHostd() throws {
        let standIn = try StandIn(Samples.answering([]))
        let with = try Hostctl.run(["version"], at: standIn)
        #expect(with.out == "hostctl \(Release.version)\nhostd   0.1.0 (pid 1 at \(standIn.socket))\n")
        #expect(with.code == 0)
        let without = try Hostctl.run(["--version"], environment: ["HOSTD_SOCKET": "/nowhere"])
        #expect(without.out == "hostctl \(Release.version)\nhostd   does not answer at /nowhere\n")
        #expect(without.code == 0)
        let json = try Hostctl.run(["version", "--json"], environment: ["HOSTD_SOCKET": "/nowhere"])
        #expect(json.out == "{\"hostctl\":\"\(Release.version)\",\"hostd\":null}\n")
    }

    @Test func everyVerbHasHelpWithAnExample() throws {
        let table = try JSON(parsing: Array(try Hostctl.run(["help", "--json"]).out.utf8))
        let names = try #require(table["verbs"]?.elements).compactMap { $0["name"]?.text }
        #expect(
            Set(names).isSuperset(
                of: ["status", "start", "stop", "restart", "events", "logs", "check", "version", "help"]))
        let overview = try Hostctl.run(["--help"])
        #expect(overview.out == (try Hostctl.run(["help"])).out)
        for name in names {
            #expect(overview.out.contains("\n  \(name) "))
            let page = try Hostctl.run([name, "--help"])
            #expect(page.out.hasPrefix("usage: hostctl \(name)"))
            #expect(page.out.contains("\nExample") && page.out.contains("\n  hostctl \(name)"), "\(page.out)")
            #expect(page.out.contains("\nExit codes:\n  0 "))
            #expect(page.out.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 100 })
            #expect(page.code == 0)
            #expect(try Hostctl.run(["help", name]).out == page.out)
        }
    }
}
