// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl logs NAME…`
enum LogsVerb {
    static let verb = Verb(
        name: "logs", operands: [.services],
        summary: "what services wrote, across rotations",
        details: [
            "Without -n, --since, --until and --grep these are the last 100 lines; with one of the latter, all that "
                + "fit. Lines of several services are merged by the time of their arrival, each with the name before "
                + "it. \(Selector.help) The log of a service that is configured no more is shown by its full name.",
            "In a pipe a line is byte for byte what the program wrote. On a terminal the time stands before it, "
                + "colours stay, and other control characters are shown as escapes.",
            "With -f, a hostd that is away is waited for: a restart of hostd and a rotation lose no line and show none "
                + "twice. A line is shown once it is complete.",
            "--json prints one object a line: {\"service\", \"at\", \"text\"}.",
        ],
        sample: [
            "$ hostctl logs gateway db --since 10m",
            "db       1 connection",
            "gateway  GET /healthz 200",
        ],
        options: [.follow, .lines, .since, .until, .grep, .timestamps, .stderr],
        examples: [
            .init("hostctl logs gateway -f", "the last lines, then what is new"),
            .init("hostctl logs gateway agent --since 10m", "what both wrote in the last ten minutes, by time"),
            .init("hostctl logs gateway --grep 'ERROR|WARN' -n 20", "the last twenty lines with trouble in them"),
            .init("hostctl logs tag:edge --since 09:30 --until 09:35", "five minutes of all that are tagged edge"),
        ],
        exitCodes: [.noSuchName: "there is no service of that name, and no log of one"],
        run: { session throws(Failure) in
            let wish = try LogWish(session)
            var sources = try LogSources.open(session, wish)
            var printer = LogPrinter(session, names: sources.map(\.name))
            try printer.showMerged(&sources)
            guard wish.isFollowed else { return .fine }
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

/// The logs that a command line names.
private enum LogSources {
    /// Fails when a word names nothing: nothing of the others is shown then. A plain name that no service has may be
    /// that of a log that is left.
    static func open(_ session: Session, _ wish: LogWish) throws(Failure) -> [LogSource] {
        let list = try Selection.list(session.client)
        var sources: [LogSource] = []
        for word in session.request.words {
            let selection = Selection.choose([word], among: list)
            var names = selection.services.map(\.name)
            if let failure = selection.failures.first {
                guard case .name(let name) = Selector(word) else { throw failure }
                names = [name]
            }
            for name in names where !sources.contains(where: { $0.name == name }) {
                sources.append(try LogSource(name, wish, session))
            }
        }
        return sources
    }
}

/// Writes log lines as the command line wants them.
private struct LogPrinter {
    private let session: Session
    private let withTime: Bool
    /// The names as they stand before lines; nil where there is only one.
    private let shownNames: [String: String]?

    init(_ session: Session, names: [String]) {
        self.session = session
        withTime = session.style.isTerminal || session.request.has(.timestamps)
        guard names.count > 1 else {
            shownNames = nil
            return
        }
        let width = names.map { TextWidth.of(CleanText.of($0)) }.max() ?? 0
        var shown: [String: String] = [:]
        for (index, name) in names.enumerated() {
            shown[name] = session.style.paintName(TextWidth.padded(CleanText.of(name), width), index)
        }
        shownNames = shown
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
        session.out.line(
            LogText.line(line, name: shownNames?[name], style: session.style, withTime: withTime))
    }
}
