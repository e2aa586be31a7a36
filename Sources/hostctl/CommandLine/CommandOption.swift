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

    /// Verbs may say in their own words what an option of one name means: it is the same option.
    static func == (left: CommandOption, right: CommandOption) -> Bool { left.name == right.name }

    func hash(into hasher: inout Hasher) { hasher.combine(name) }

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

/// Those of jobs.
extension CommandOption {
    static let jobState = CommandOption(
        "state", value: "STATE", "those in this state: running, or several, running,held")
    static let kind = CommandOption("kind", value: "KIND", "the kind, a [kind.KIND] of the configuration")
    static let user = CommandOption("user", value: "USER", "those that this user submitted, by name or number")
    static let older = CommandOption("older", value: "T", "those that have been over for so long: 7d")
    static let throughHold = CommandOption("through-hold", "wait on while a job is held, for somebody to release it")
    static let file = CommandOption("file", value: "FILE", "a job in JSON or TOML; - is stdin")
    static let key = CommandOption("key", value: "KEY", "the same key makes one job only, however often it is given")
    static let priority = CommandOption("priority", value: "N", "jobs of higher priority go first; 0 is usual")
    static let after = CommandOption("after", value: "ID", "start when this job has succeeded; may be given again")
    static let env = CommandOption(
        "env", value: "NAME=VALUE", "an environment variable; NAME alone has the caller's value; may be given again")
    static let directory = CommandOption("directory", value: "DIR", "the working folder")
    static let attempts = CommandOption("attempts", value: "N", "so many failures without progress end the job")
    static let deadline = CommandOption("deadline", value: "T", "it has failed when it is not through by then: 24h")
    static let attemptTimeout = CommandOption(
        "attempt-timeout", value: "T", "an attempt is ended when it takes longer: 2h")
    static let backoff = CommandOption("backoff", value: "T", "the first pause after a failure: 15s")
    static let prompt = CommandOption("prompt", value: "TEXT", "what an agent is told to do; - reads it from stdin")
    static let needs = CommandOption(
        "needs", value: "LIST", "conditions of the host that must not be critical: network,disk")
    static let tier = CommandOption("tier", value: "TIER", "the tier of the policy that names the model")
    static let model = CommandOption("model", value: "ID", "the model itself, whatever the policy says")
    static let hold = CommandOption("hold", "do not start before hostctl job release")
    static let onSuccessWebhook = CommandOption("on-success-webhook", value: "URL", "POST there when it has succeeded")
    static let onSuccessExec = CommandOption(
        "on-success-exec", value: "LINE", "a line for /bin/sh, run when it has succeeded")
    static let onFailureWebhook = CommandOption("on-failure-webhook", value: "URL", "POST there when it has failed")
    static let onFailureExec = CommandOption(
        "on-failure-exec", value: "LINE", "a line for /bin/sh, run when it has failed")
    static let wait = CommandOption("wait", "wait until it is over, and end as the job did")
}

/// Those of models.
extension CommandOption {
    static let generation = CommandOption("generation", value: "N", "that generation, as TOML")
    static let candidate = CommandOption(
        "candidate", value: "TIER", "end the trial of the tier's candidate; the policy stays as it is")
    static let note = CommandOption("note", value: "TEXT", "why, for the audit")
    static let verify = CommandOption("verify", "also look whether every row is as it was written, and none is missing")
    static let days = CommandOption("days", value: "N", "the last N days, at most 366; 7 unless it is given")
    static let csv = CommandOption("csv", "print CSV (RFC 4180), one model a line")
}

/// Those of units.
extension CommandOption {
    static let ofUser = CommandOption("user", value: "USER", "a unit of this user's manager")
    static let serviceName = CommandOption("name", value: "NAME", "the service's name, instead of the unit's")
    static let write = CommandOption("write", "write conf.d/NAME.toml beside hostd.toml")
    static let takeOver = CommandOption("take-over", "write it, stop and disable the unit, and let hostd run it")
}

/// Those of rankings.
extension CommandOption {
    static let boardFile = CommandOption(
        "file", value: "FILE", "a ranking that was saved: JSON, or a page that has it in it; - is stdin")
    static let boardURL = CommandOption(
        "url", value: "URL", "where the ranking is, instead of board.url in models.toml")
    static let boardAlert = CommandOption(
        "alert", "have hostd tell of the change, to [[alert]] on = [\"policy.board\"]")
    static let against = CommandOption("against", value: "DATE", "beside the ranking of this day: 2026-05-17")
}
