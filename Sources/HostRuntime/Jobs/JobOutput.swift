// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLogs
internal import HostLoop
internal import HostWire

/// What the output of one attempt says, read from its log file behind a cursor: the file is the queue.
final class JobOutput {
    let instance: InstanceID
    /// It goes on with what an earlier attempt did.
    let isResumed: Bool
    private(set) var reading: AgentReading
    private var place: Place
    private var isReading = false
    private var thenAgain: [(([AgentFinding]) -> Void)] = []
    /// When it said its last word.
    private(set) var lastWordAt: Instant?

    /// How far the logs were read.
    private nonisolated struct Place: Sendable {
        let instance: InstanceID
        let folders: [String]
        let since: Int64
        var cursors: [String: LogCursor] = [:]
    }

    /// So much is read at a time: others of the lane have their turn in between.
    private nonisolated static let shareBytes = 1 << 20
    private static let deadline: Duration = .seconds(30)

    /// Of `instance`, which began at `since` (microseconds since 1970) and writes logs in `folders`.
    init(_ instance: InstanceID, _ agent: AgentPreset, since: Int64, isResumed: Bool, folders: [String]) {
        self.instance = instance
        self.isResumed = isResumed
        reading = AgentReading(agent)
        place = Place(instance: instance, folders: folders, since: since)
    }

    /// Reads what is new, all of it; `then` is called with what it says.
    func read(_ loop: EventLoop, _ files: Worker, then: @escaping ([AgentFinding]) -> Void) {
        thenAgain.append(then)
        guard !isReading else { return }
        isReading = true
        look(loop, files, [])
    }

    private func look(_ loop: EventLoop, _ files: Worker, _ before: [AgentFinding]) {
        let (reading, place, now) = (self.reading, self.place, loop.now)
        files.submit(deadline: Self.deadline) {
            Self.look(reading, place, at: now)
        } then: { [weak self] (outcome: WorkOutcome<Look>) in
            guard let self else { return }
            guard case .done(let look) = outcome else { return finish(before) }
            self.reading = look.reading
            self.place = look.place
            let findings = before + look.findings
            if findings.contains(where: { if case .result = $0 { true } else { false } }) { lastWordAt = loop.now }
            if look.isBehind { return self.look(loop, files, Array(findings.suffix(Self.findingsLimit))) }
            finish(findings)
        }
    }

    /// Of very much output at once only the newest findings are of use: each says more than the one before.
    private static let findingsLimit = 1000

    private func finish(_ findings: [AgentFinding]) {
        isReading = false
        let callers = thenAgain
        thenAgain = []
        for then in callers { then(findings) }
    }

    private nonisolated struct Look: Sendable {
        var reading: AgentReading
        var place: Place
        var findings: [AgentFinding] = []
        var isBehind = false
    }

    private nonisolated static func look(_ reading: AgentReading, _ place: Place, at now: Instant) -> Look {
        var look = Look(reading: reading, place: place)
        let paths = JSONPaths(reading.preset)
        for folder in place.folders {
            let reader = LogReader(folder: folder)
            guard let start = place.cursors[folder] ?? (try? reader.place(since: place.since)),
                let part = try? reader.read(after: start, of: place.instance.launch, limitBytes: shareBytes)
            else { continue }
            look.place.cursors[folder] = part.next
            look.isBehind = look.isBehind || part.next != start && !part.isAll
            for line in part.lines {
                look.findings += look.reading.handle(paths.line(line.text), at: now)
            }
        }
        return look
    }
}
