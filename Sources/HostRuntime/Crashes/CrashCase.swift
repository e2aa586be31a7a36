// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLogs
internal import HostWire

/// An end that is to be kept: what was known of it at once, and where the rest is found. The rest is read in a Worker.
nonisolated struct CrashCase: Sendable {
    /// One of its logs.
    struct Log: Sendable {
        /// `stdout` or `stderr` where they are kept apart.
        let stream: String?
        let folder: String
    }

    private static let lineCount = 200
    /// No more of one line is kept, in bytes.
    private static let lineBytes = 2000
    /// No more of all lines is kept, in bytes.
    private static let textBytes = 64 << 10
    /// So much of a log is read, in bytes, and of one line looked through for secrets.
    private static let reachBytes = 256 << 10
    private static let searchedBytes = 16 << 10

    let instance: InstanceID
    /// What was known at once.
    var record: CrashRecord
    let logs: [Log]
    /// When it started, in microseconds since 1970; nil when it never did.
    let startedAt: Int64?
    let launch: LaunchSpecification
    let identity: ChildIdentity?
    /// What it was launched with, where this hostd launched it.
    let environment: [String]?
    /// Its cgroup, where it has one of its own.
    let cgroup: String?
    var host: HostFigures?
    var cgroupFigures: CgroupFigures?

    /// Takes how the host and its cgroup were doing, where they were asked for.
    mutating func take(_ host: HostFigures, _ cgroups: [InstanceID: CgroupFigures?]) {
        if let own = cgroups[instance] {
            self.host = host
            cgroupFigures = own
        } else if self.host == nil, cgroup == nil {
            self.host = host
        }
    }

    /// All that is kept, without secrets. Blocks on the disk: for a Worker.
    func completed() -> CrashRecord {
        var record = record
        var mask = mask()
        (record.lines, record.isAll) = lines(&mask)
        record.brief.lastLine = record.lines.last { line in line.text.contains { !$0.isWhitespace } }.map {
            Self.cut($0.text, 300)
        }
        record.brief.text = mask.masked(record.brief.text)
        record.brief.why = record.brief.why.map(mask.masked)
        record.statusText = record.statusText.map(mask.masked)
        for index in record.conditions.indices {
            record.conditions[index].reason = mask.masked(record.conditions[index].reason)
        }
        record.probes = record.probes.mapValues { probe in
            var shown = probe
            shown.seen = mask.masked(probe.seen)
            shown.target = mask.masked(probe.target)
            return shown
        }
        let host = host ?? .read()
        record.memory = host.memoryJSON
        record.load = host.load
        record.pressure = host.pressureJSON
        record.cgroup = cgroupFigures?.json ?? .null
        return record
    }

    /// What the launch was given may be known no more: then it is what the next one would be given.
    private func mask() -> SecretMask {
        if let environment { return SecretMask(environment: environment) }
        let now = try? PreparedLaunch(instance, launch, known: identity).environment
        return SecretMask(environment: now ?? launch.environment.map { "\($0.key)=\($0.value)" })
    }

    private func lines(_ mask: inout SecretMask) -> (lines: [CrashRecord.Line], isAll: Bool) {
        var found: [(stream: String?, line: LogLine)] = []
        var isAll = true
        for log in logs {
            guard let part = tail(of: LogReader(folder: log.folder)) else { continue }
            found += (part.lines + (part.rest.map { [$0] } ?? [])).map { (log.stream, $0) }
            isAll = isAll && part.isAll
        }
        let order = found.indices.sorted {
            (found[$0].line.wallMicroseconds, $0) < (found[$1].line.wallMicroseconds, $1)
        }
        let lines = order.suffix(Self.lineCount).map { index in
            let (stream, line) = found[index]
            let text = String(decoding: line.text.prefix(Self.searchedBytes), as: UTF8.self)
            return CrashRecord.Line(
                at: WallTime(milliseconds: line.wallMicroseconds / 1000), stream: stream,
                text: Self.cut(mask.maskedLine(text), Self.lineBytes))
        }
        var left = Self.textBytes
        let fitting = lines.reversed().prefix { line in
            left -= line.text.utf8.count + 1
            return left >= 0
        }
        return (fitting.reversed(), isAll && fitting.count == found.count)
    }

    /// The last lines of this launch; by their time in a log that does not say yet who wrote what.
    private func tail(of reader: LogReader) -> LogPart? {
        let part = try? reader.tail(lines: Self.lineCount, of: instance.launch, limitBytes: Self.reachBytes)
        guard let part, part.lines.isEmpty, part.rest == nil, let startedAt else { return part }
        var other = try? reader.tail(lines: Self.lineCount, limitBytes: Self.reachBytes)
        other?.lines.removeAll { $0.wallMicroseconds < startedAt || $0.wallMicroseconds > endedAt }
        if other?.rest.map({ $0.wallMicroseconds < startedAt }) == true { other?.rest = nil }
        return other
    }

    /// What came later may be of the next launch.
    private var endedAt: Int64 { (record.brief.at.milliseconds + 1) * 1000 }

    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        return String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "…"
    }
}

nonisolated extension HostFigures {
    fileprivate var memoryJSON: JSON {
        [
            "total_bytes": JSON(memoryBytes), "available_bytes": JSON(availableBytes),
            "swap_free_bytes": JSON(swapFreeBytes),
        ]
    }

    fileprivate var pressureJSON: JSON {
        .object(Self.resources.map { .init(key: $0, value: pressure[$0]?.json ?? .null) })
    }
}

nonisolated extension HostFigures.Pressure {
    fileprivate var json: JSON {
        ["some": .array(some.map { .number($0) }), "full": .array(full.map { .number($0) })]
    }
}

nonisolated extension CgroupFigures {
    fileprivate var json: JSON {
        [
            "memory_bytes": JSON(memoryBytes), "peak_bytes": JSON(peakBytes), "limit_bytes": JSON(limitBytes),
            "oom_kills": JSON(oomKills), "pressure": pressure?.json ?? .null,
        ]
    }
}
