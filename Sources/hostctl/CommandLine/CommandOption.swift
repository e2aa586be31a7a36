// SPDX-License-Identifier: Apache-2.0

/// One option of the command line.
struct CommandOption: Hashable, Sendable {
    /// Its long name, without dashes.
    let name: String
    /// Its short name, if it has one.
    let letter: Character?
    /// What its value is called in help; nil for a switch.
    let value: String?
    /// What it does, in one line.
    let meaning: String

    init(_ name: String, letter: Character? = nil, value: String? = nil, _ meaning: String) {
        self.name = name
        self.letter = letter
        self.value = value
        self.meaning = meaning
    }

    /// `-n, --lines N`.
    var usage: String {
        (letter.map { "-\($0), " } ?? "    ") + "--" + name + (value.map { " " + $0 } ?? "")
    }
}

/// Those that every verb takes.
extension CommandOption {
    static let json = CommandOption("json", "print JSON instead of text")
    static let help = CommandOption("help", letter: "h", "say what the verb does, with examples")
    static let socket = CommandOption("socket", value: "PATH", "hostd's control socket")
    static let dir = CommandOption(
        "dir", value: "DIR", "everything of hostd is in DIR (DIR/run/hostd.sock, DIR/hostd.toml)")
    static let config = CommandOption("config", value: "FILE", "the configuration file")
    static let noColor = CommandOption("no-color", "no colour (also: NO_COLOR)")
    static let timeout = CommandOption(
        "timeout", value: "T", "give up when hostd has not answered for T (\"90s\"; 0: never)")

    static let everywhere: [CommandOption] = [json, socket, dir, config, timeout, noColor, help]
}

/// Those of single verbs.
extension CommandOption {
    static let markdown = CommandOption("markdown", "the page of a verb as Markdown")
    static let noWait = CommandOption("no-wait", "do not wait for the outcome")
    static let forState = CommandOption("for", value: "STATE", "the state to wait for: ready unless it is given")
    static let follow = CommandOption("follow", letter: "f", "go on with what is new, until interrupted")
    static let lines = CommandOption("lines", letter: "n", value: "N", "the last N, or \"all\"")
    static let since = CommandOption(
        "since", value: "T", "those since T: \"10m\" ago, \"09:30\", \"2026-05-18 09:30\" or RFC 3339")
    static let until = CommandOption("until", value: "T", "none after T, which is written as for --since")
    static let stderr = CommandOption("stderr", "what went to stderr alone, where log.streams is \"separate\"")
    static let stdout = CommandOption("stdout", "what went to stdout alone, where log.streams is \"separate\"")
    static let instance = CommandOption(
        "instance", value: "N", "only what that launch wrote: 17 or gateway.17, as status and events name it")
    static let grep = CommandOption("grep", value: "R", "lines that match R, a POSIX extended regular expression")
    static let hours = CommandOption("hours", value: "N", "the last N hours, at most 24; 6 unless it is given")
    static let yes = CommandOption("yes", letter: "y", "go on without asking")
    static let timestamps = CommandOption("timestamps", letter: "t", "the time before each line, also in a pipe")
}
