// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLogs
internal import HostLoop

/// Where the output of an instance goes.
struct LogContext {
    let instance: InstanceID
    let kind: ProbeKind
    /// The folders of its logs.
    let folders: [String]
    /// Since when its lines count, in microseconds since 1970.
    let since: Int64
}

/// Looks for lines in log files, never in pipes: the file is the queue.
final class LogProber {
    /// Others of the lane have their turn in between; of what takes longer than the timeout nothing would be kept.
    private nonisolated static let shareBytes = 512 << 10

    private struct Key: Hashable {
        let service: ServiceName
        let kind: ProbeKind
    }

    /// How far a probe has read.
    private struct Reading {
        let instance: InstanceID
        let watch: LogWatch
        /// The first line that matched.
        let line: String?
    }

    private let loop: EventLoop
    private let files: Worker
    /// Of the newest instance.
    private var readings: [Key: Reading] = [:]

    init(loop: EventLoop, files: Worker) {
        self.loop = loop
        self.files = files
    }

    /// Looks for a line since the look before, in live; else for one since the start of the instance, which stays
    /// found. `then` is called once. It reads on for half of `timeout`, and goes on from there the next time.
    func ask(_ pattern: String, _ timeout: Duration, _ context: LogContext, then: @escaping (ProbeAnswer) -> Void) {
        let key = Key(service: context.instance.service, kind: context.kind)
        var reading = Reading(
            instance: context.instance,
            watch: LogWatch(folders: context.folders, since: context.since, pattern: pattern), line: nil)
        // A reload may have brought another pattern.
        if let known = readings[key], known.instance == context.instance, known.watch.pattern == pattern {
            reading = known
        }
        if context.kind != .live, let line = reading.line { return loop.later { then(Self.found(line, .zero)) } }
        look(reading, key, began: loop.now, timeout, then: then)
    }

    private static func found(_ line: String, _ took: Duration) -> ProbeAnswer {
        ProbeAnswer(ok: true, seen: "line: \(line)", took: took)
    }

    private func look(
        _ reading: Reading, _ key: Key, began: Instant, _ timeout: Duration, then: @escaping (ProbeAnswer) -> Void
    ) {
        let watch = reading.watch
        files.submit(deadline: timeout) { () -> Result<(LogWatch.Finding, LogWatch), SystemError> in
            Result { () throws(SystemError) in
                var watch = watch
                let finding = try watch.look(limitBytes: Self.shareBytes)
                return (finding, watch)
            }
        } then: { [weak self] (outcome: WorkOutcome<Result<(LogWatch.Finding, LogWatch), SystemError>>) in
            guard let self else { return }
            let took = loop.now - began
            switch outcome {
            case .done(.success((let finding, let watch))):
                let next = Reading(instance: reading.instance, watch: watch, line: reading.line ?? finding.line)
                readings[key] = next
                if let line = finding.line { return then(Self.found(line, took)) }
                guard finding.isBehind else {
                    return then(ProbeAnswer(ok: false, seen: "no line matches", took: took))
                }
                if took + took < timeout { return look(next, key, began: began, timeout, then: then) }
                then(.unasked("hostd cannot ask: it has not read the log to its end yet", took: took))
            case .done(.failure(let error)): then(.unasked("hostd cannot ask: \(error)", took: took))
            case .late, .full: then(.unasked("hostd cannot ask: the log's disk does not answer", took: took))
            }
        }
    }
}
