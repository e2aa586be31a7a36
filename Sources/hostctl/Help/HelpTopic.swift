// SPDX-License-Identifier: Apache-2.0

/// Something that help has to say of more than one verb.
struct HelpTopic: Sendable {
    let name: String
    /// What it is about, in one line.
    let summary: String
    let paragraphs: [String]

    static let all: [HelpTopic] = [
        HelpTopic(
            name: "names", summary: "how services are named on a command line",
            paragraphs: [
                "gateway is the service of that name, or all instances of it when it has several.",
                "gateway@2 is one instance.",
                "tag:edge is every service with tags = [\"edge\"].",
                "'gate*' and 'worker@[12]' are patterns as the shell has them; quote them, so that the shell leaves "
                    + "them alone.",
                "all is every service. Several words may be mixed; each service is taken once. A word that names "
                    + "nothing ends with exit code 4, and the nearest name is told.",
            ]),
        HelpTopic(
            name: "times", summary: "how times are written",
            paragraphs: [
                "A span, for --timeout: 500ms, 10s, 5m, 2h, 1h30m, 7d; 0 means without end.",
                "A point, for --since and --until: a span ago (10m), a time of day (09:30, the newest one), a day "
                    + "(2026-05-18), both (2026-05-18 09:30), in local time; or RFC 3339 (2026-05-18T09:30:00Z).",
            ]),
        HelpTopic(
            name: "exit-codes", summary: "what hostctl says to a script",
            paragraphs: [
                "0 all is fine; 1 it did not work; 2 the command line is wrong; 3 status found something that is not "
                    + "as it should be; 4 there is nothing of that name; 69 hostd cannot be reached; 77 not "
                    + "permitted; 78 a configuration file is wrong.",
                "job wait, and job submit with --wait or -f, end with the exit code of the job instead.",
                "Whoever reads the output and stops early (| head) ends hostctl quietly with 0.",
            ]),
        HelpTopic(
            name: "places", summary: "where hostd's socket and configuration are looked for",
            paragraphs: [
                "The socket is that of --socket, else DIR/run/hostd.sock of --dir DIR, else that of the variable "
                    + "HOSTD_SOCKET, else /run/hostd/hostd.sock for root and $XDG_RUNTIME_DIR/hostd/hostd.sock for "
                    + "others. A user without a hostd of their own gets that of the system.",
                "The configuration is that of --config, else DIR/hostd.toml of --dir DIR, else /etc/hostd/hostd.toml "
                    + "for root and $XDG_CONFIG_HOME/hostd/hostd.toml for others; conf.d/*.toml beside it belongs to "
                    + "it.",
            ]),
        HelpTopic(
            name: "output", summary: "colours, pipes and JSON",
            paragraphs: [
                "On a terminal there are colours and symbols, and reasons are wrapped or cut to its width. In a pipe "
                    + "there are none, and nothing is cut. NO_COLOR, --no-color, TERM=dumb and a locale without "
                    + "UTF-8 are honoured.",
                "What a service wrote cannot steer the terminal: control characters are shown as escapes.",
                "Answers go to stdout, what went wrong to stderr. With --json an answer is JSON: one object, or one "
                    + "a line where there are many. Fields may be added later, never renamed.",
            ]),
    ]

    /// What `hostctl help TOPIC` says.
    var page: [String] {
        var lines = [name + ": " + summary]
        for paragraph in paragraphs { lines += [""] + TextWidth.wrapped(paragraph, width: 78) }
        return lines
    }
}
