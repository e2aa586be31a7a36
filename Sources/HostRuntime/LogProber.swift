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

    private let loop: EventLoop
    private let files: Worker
    /// How far each probe has read, of the newest instance.
    private var watches: [Key: (instance: InstanceID, watch: LogWatch)] = [:]

    init(loop: EventLoop, files: Worker) {
        self.loop = loop
        self.files = files
    }

    /// Looks for a line since the look before; `then` is called once. It reads on for half of `timeout`, and goes on
    /// from there the next time.
    func ask(_ pattern: String, _ timeout: Duration, _ context: LogContext, then: @escaping (ProbeAnswer) -> Void) {
        let key = Key(service: context.instance.service, kind: context.kind)
        var watch = LogWatch(folders: context.folders, since: context.since, pattern: pattern)
        // A reload may have brought another pattern.
        if let known = watches[key], known.instance == context.instance, known.watch.pattern == pattern {
            watch = known.watch
        }
        look(watch, key, context, began: loop.now, timeout, then: then)
    }

    private func look(
        _ watch: LogWatch, _ key: Key, _ context: LogContext, began: Instant, _ timeout: Duration,
        then: @escaping (ProbeAnswer) -> Void
    ) {
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
                watches[key] = (context.instance, watch)
                if let line = finding.line { return then(ProbeAnswer(ok: true, seen: "line: \(line)", took: took)) }
                guard finding.isBehind else {
                    return then(ProbeAnswer(ok: false, seen: "no line matches", took: took))
                }
                if took + took < timeout { return look(watch, key, context, began: began, timeout, then: then) }
                then(.unasked("hostd cannot ask: it has not read the log to its end yet", took: took))
            case .done(.failure(let error)): then(.unasked("hostd cannot ask: \(error)", took: took))
            case .late, .full: then(.unasked("hostd cannot ask: the log's disk does not answer", took: took))
            }
        }
    }
}
