// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl logs NAME…`
enum LogsVerb {
    static let verb = Verb(
        name: "logs", operands: [.services],
        summary: "what services wrote, across rotations",
        details: [
            "Without -n, --since, --until, --grep and --instance these are the last 100 lines; with one of the latter, "
                + "all that fit. Lines of several services are merged by the time of their arrival, each with the name "
                + "before it, and so are stdout and stderr where they are kept apart. \(Selector.help) The log of a "
                + "service that is configured no more is shown by its full name.",
            "Rotated and compressed files are read like the others. --since finds its place by the files' names and "
                + "their indexes, however much there is.",
            "In a pipe a line is byte for byte what the program wrote. On a terminal the time stands before it, "
                + "colours stay, and other control characters are shown as escapes.",
            "With -f, a hostd that is away is waited for: a restart of hostd and a rotation lose no line and show none "
                + "twice. A line is shown once it is complete.",
            "--json prints one object a line: {\"service\", \"stream\", \"at\", \"text\"}; the stream is null where "
                + "stdout and stderr are one.",
        ],
        sample: [
            "$ hostctl logs gateway db --since 10m",
            "db       1 connection",
            "gateway  GET /healthz 200",
        ],
        options: [.follow, .lines, .since, .until, .grep, .instance, .timestamps, .stdout, .stderr],
        examples: [
            .init("hostctl logs gateway -f", "the last lines, then what is new"),
            .init("hostctl logs gateway agent --since 10m", "what both wrote in the last ten minutes, by time"),
            .init("hostctl logs gateway --grep 'ERROR|WARN' -n 20", "the last twenty lines with trouble in them"),
            .init("hostctl logs gateway --instance 17", "what launch 17 wrote, and nobody else"),
            .init("hostctl logs tag:edge --since 09:30 --until 09:35", "five minutes of all that are tagged edge"),
        ],
        exitCodes: [.noSuchName: "there is no service of that name, and no log of one"],
        run: { session throws(Failure) in
            let wish = try LogWish(session)
            var merge = try LogMerge(session, wish)
            let printer = LogPrinter(session, labels: merge.labels)
            while let line = try merge.next() { printer.show(line.line, of: merge.sources[line.source]) }
            guard wish.isFollowed else { return .fine }
            try Following.run(session) { () throws(Failure) in
                let news = try merge.news()
                for line in news.lines { printer.show(line.line, of: merge.sources[line.source]) }
                return news.hasMore
            }
        })
}
