// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl logs NAME…`
enum LogsVerb {
    static let verb = Verb(
        name: "logs", arguments: .services(1...64),
        summary: "what services wrote, across rotations",
        details: [
            "Without -n, --since and --grep these are the last 100 lines; with --since or --grep, all that fit. Lines "
                + "of several services are merged by the time of their arrival, each with the name before it.",
            "In a pipe a line is byte for byte what the program wrote. On a terminal the time stands before it, "
                + "colours stay, and other control characters are shown as escapes.",
            "With -f, a hostd that is away is waited for: a restart of hostd loses no line.",
            "--json prints one object a line: {\"service\", \"at\", \"text\"}.",
        ],
        options: [.follow, .lines, .since, .grep, .timestamps],
        examples: [
            .init("hostctl logs gateway -f", "the last lines, then what is new"),
            .init("hostctl logs gateway agent --since 10m", "what both wrote in the last ten minutes, by time"),
            .init("hostctl logs gateway --grep 'ERROR|WARN' -n 20", "the last twenty lines with trouble in them"),
        ],
        exitCodes: [.noSuchName: "there is no service of that name"],
        run: { session throws(Failure) in
            var printer = LogPrinter(session)
            let wish = try LogWish(session)
            var sources: [LogSource] = []
            for name in session.request.words where !sources.contains(where: { $0.name == name }) {
                sources.append(try LogSource(name, wish, session))
            }
            try printer.showMerged(&sources)
            guard session.request.has(.follow) else { return .fine }
            try Following.run(session) { () throws(Failure) in
                var hasMore = false
                for index in sources.indices {
                    let news = try sources[index].news()
                    for line in news.lines { printer.show(line, of: sources[index].name) }
                    hasMore = hasMore || news.hasMore
                }
                return hasMore
            }
        })
}

/// Writes log lines as the command line wants them.
private struct LogPrinter {
    private let session: Session
    private let withTime: Bool
    private let nameWidth: Int?

    init(_ session: Session) {
        self.session = session
        withTime = session.style.isTerminal || session.request.has(.timestamps)
        let names = Set(session.request.words)
        nameWidth = names.count > 1 ? names.map { TextWidth.of($0) }.max() : nil
    }

    /// What was there when it was asked for, the earliest line first.
    mutating func showMerged(_ sources: inout [LogSource]) throws(Failure) {
        while true {
            var earliest: (index: Int, time: WallTime?)?
            for index in sources.indices where try sources[index].hasNext() {
                let time = try sources[index].nextTime()
                let isEarlier = earliest.map { ($0.time?.milliseconds ?? .min) > (time?.milliseconds ?? .min) } ?? true
                if isEarlier { earliest = (index, time) }
            }
            guard let index = earliest?.index, let line = try sources[index].next() else { return }
            show(line, of: sources[index].name)
        }
    }

    func show(_ line: LogLines.Line, of name: String) {
        if session.wantsJSON {
            let json: JSON = ["service": .string(name), "at": JSON(line.at?.text), "text": .string(line.text)]
            return session.out.json(json.bytes)
        }
        let shownName = nameWidth.map { TextWidth.padded(CleanText.of(name), $0) }
        session.out.line(LogText.line(line, name: shownName, style: session.style, withTime: withTime))
    }
}
