// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// The scripts of `hostctl completion`, in the shells that they are for.
@Suite struct CompletionTests {
    private static let services = [
        ServiceStatus(name: "agent", state: "backoff", since: Samples.dawn, tags: ["batch"]),
        ServiceStatus(name: "gateway", state: "ready", since: Samples.dawn, tags: ["edge", "eu"]),
        ServiceStatus(name: "worker@1", state: "ready", since: Samples.dawn),
        ServiceStatus(name: "worker@2", state: "ready", since: Samples.dawn),
    ]

    /// What may stand in the place of the last word.
    private static func candidates(_ words: String..., at standIn: StandIn? = nil) throws -> [String] {
        try Hostctl.run(["__complete"] + words, at: standIn).out.split(separator: "\n")
            .map { String($0.prefix { $0 != "\t" }) }
    }

    @Test func verbsAndTheirOptionsComeFromTheTable() throws {
        #expect(try Self.candidates("sta") == ["status", "start"])
        #expect(try Self.candidates("") == Set(Self.candidates("")).intersection(Self.verbs()).sorted(by: Self.order()))
        #expect(try Self.candidates("logs", "--s") == ["--since", "--stdout", "--stderr", "--socket"])
        #expect(try Self.candidates("--no-color", "--j") == ["--json"])
        #expect(try Self.candidates("nonsense", "").isEmpty)
    }

    private static func verbs() throws -> [String] {
        let table = try JSON(parsing: Array(try Hostctl.run(["help", "--json"]).out.utf8))
        return (table["verbs"]?.elements ?? []).compactMap { $0["name"]?.text }
    }

    /// In the order of the table.
    private static func order() throws -> (String, String) -> Bool {
        let verbs = try verbs()
        return { (verbs.firstIndex(of: $0) ?? 0) < (verbs.firstIndex(of: $1) ?? 0) }
    }

    @Test func namesTagsAndFamiliesComeFromTheRunningHostd() throws {
        let standIn = try StandIn(Samples.answering(Self.services))
        let all = ["agent", "gateway", "worker@1", "worker@2", "worker", "tag:batch", "tag:edge", "tag:eu", "all"]
        for verb in ["status", "start", "stop", "restart", "reload", "reset", "wait", "logs", "events"] {
            #expect(try Self.candidates(verb, "", at: standIn) == all)
        }
        #expect(
            try Self.candidates("logs", "-n", "5", "-f", "work", at: standIn) == ["worker@1", "worker@2", "worker"])
        #expect(try Self.candidates("stop", "tag:e", at: standIn) == ["tag:edge", "tag:eu"])
        #expect(try Self.candidates("stop", "agent", "a", at: standIn) == ["all"], "what is there is not said again")
        #expect(try Self.candidates("logs", "-n", "", at: standIn).isEmpty, "a count is no name")
    }

    @Test func theHostdIsTheOneThatTheLineNames() throws {
        let standIn = try StandIn(Samples.answering(Self.services))
        for option in [["--socket", standIn.socket], ["--socket=" + standIn.socket]] {
            let result = try Hostctl.run(["__complete"] + option + ["status", "g"])
            #expect(result.out == "gateway\tready\n")
        }
        #expect(try Self.candidates("status", "g").isEmpty, "without a hostd there are no names, and no complaint")
    }

    @Test func eachWordHasWhatFitsIt() throws {
        let standIn = try StandIn(Samples.answering(Self.services))
        #expect(try Self.candidates("signal", "g", at: standIn) == ["gateway"])
        #expect(try Self.candidates("signal", "gateway", "SIGH", at: standIn) == ["SIGHUP"])
        #expect(
            try Self.candidates("wait", "gateway", "--for", "st", at: standIn) == ["starting", "stopping", "stopped"])
        #expect(try Self.candidates("wait", "gateway", "--for=re", at: standIn) == ["--for=ready"])
        #expect(try Self.candidates("help", "ti") == ["times"])
        #expect(try Self.candidates("completion", "") == ["bash", "zsh", "fish"])
        #expect(try Self.candidates("check", "") == [":files"])
        #expect(try Self.candidates("status", "--dir", "/e") == [":files"])
        #expect(try Self.candidates("stop", "--", "-", at: standIn).isEmpty)
        #expect(try Self.candidates("version", "").isEmpty)
    }

    @Test func thereIsOneForEachShellAndNoOther() throws {
        let result = try Hostctl.run(["completion", "bsh"])
        #expect(result.err == "hostctl: there is no completion for \"bsh\" (did you mean bash?)\n" && result.code == 2)
        for shell in ["bash", "zsh", "fish"] { #expect(try Hostctl.run(["completion", shell]).code == 0) }
    }

    /// Runs `script` in `shell`; $1 is hostctl's folder, $2 the socket of a stand-in.
    private static func run(_ shell: String, _ script: String, _ more: String...) throws -> Hostctl.Result {
        let standIn = try StandIn(Samples.answering(services))
        // fish writes to its home.
        let home = try TemporaryFolder()
        let folder = String(Programs.path("hostctl").dropLast("/hostctl".count))
        let running = try RunningHostctl(
            ["-c", script] + (shell.hasSuffix("fish") ? [] : ["sh"]) + [folder] + more, at: standIn,
            environment: ["PATH": folder + ":/usr/bin:/bin", "HOME": home.path], program: shell)
        let code = try running.wait()
        return Hostctl.Result(code: code, out: try running.output(), err: try running.errors())
    }

    @Test(arguments: [
        ("hostctl sta", "status start"), ("hostctl status g", "gateway"), ("hostctl status tag:e", "edge eu"),
        ("hostctl stop worker@", "1 2"), ("hostctl logs -n 5 work", "worker@1 worker@2 worker"),
        ("hostctl wait gateway --for=re", "ready"), ("hostctl logs --si", "--since"),
        ("hostctl check /etc/passw", "/etc/passwd /etc/passwd-"), ("hostctl status --dir=/etc/passw", "/etc/passwd"),
    ])
    func inBash(line: String, words: String) throws {
        let script = """
            source <(hostctl completion bash)
            COMP_LINE="$2" COMP_POINT=${#COMP_LINE}
            _hostctl "$1/hostctl"
            echo "${COMPREPLY[@]}"
            complete -p hostctl >&2
            """
        let result = try Self.run("/bin/bash", script.replacing("COMP_POINT=", with: ";COMP_POINT="), line)
        let found = result.out.split { $0 == " " || $0 == "\n" }.map(String.init)
        #expect(Set(found).isSuperset(of: words.split(separator: " ").map(String.init)), "\(result)")
        #expect(result.err == "complete -F _hostctl hostctl\n")
    }

    @Test(
        .enabled(if: Files.exists("/usr/bin/fish")),
        arguments: [
            ("hostctl sta", ["status", "start"]), ("hostctl status g", ["gateway"]),
            ("hostctl status tag:e", ["tag:edge", "tag:eu"]), ("hostctl logs --si", ["--since"]),
            ("hostctl check /etc/passwd", ["/etc/passwd", "/etc/passwd-"]),
        ])
    func inFish(line: String, words: [String]) throws {
        let script = "hostctl completion fish | source; complete -C \"$argv[2]\""
        let result = try Self.run("/usr/bin/fish", script, line)
        let found = result.out.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(Set(found).isSuperset(of: words), "\(result)")
    }

    @Test(
        .enabled(if: Files.exists("/usr/bin/zsh")),
        arguments: [
            ("hostctl gatewa", nil), ("hostctl status gatew", "hostctl status gateway "),
            ("hostctl status tag:ed", "hostctl status tag:edge "), ("hostctl logs --sinc", "hostctl logs --since "),
            ("hostctl vers", "hostctl version "), ("hostctl check /etc/fsta", "hostctl check /etc/fstab "),
        ] as [(String, String?)])
    func inZsh(line: String, completed: String?) throws {
        // A zsh on a terminal of its own: TAB completes, and a widget says what the line is then.
        let script = #"""
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z "PS1= PROMPT_EOL_MARK= TERM=dumb; unsetopt zle_bracketed_paste"
            zpty -w z "autoload -Uz compinit; compinit -u -D"
            zpty -w z 'source <(hostctl completion zsh)'
            zpty -w z 'say() { print -r -- "<<$BUFFER>>"; exit }; zle -N say; bindkey "^X" say; echo ready''to''go'
            zpty -m -r z out '*readytogo*'
            zpty -n -w z "$2"$'\t\x18'
            zpty -m -r z out '*<<*>>*'
            print -r -- "${out[(ws:<<:)2]}"
            """#
        let result = try Self.run("/usr/bin/zsh", script, line)
        let text = String(result.out.prefix { $0 != ">" })
        #expect(text == completed ?? line, "\(result)")
    }
}
