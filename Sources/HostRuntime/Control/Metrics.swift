// SPDX-License-Identifier: Apache-2.0

internal import HostControl
internal import HostCore
internal import HostLinux
internal import HostLogs
internal import HostLoop
internal import HostWire
internal import Synchronization

/// What `/metrics` says. The numbers are gathered on the loop; the text is written in the files lane, which also looks
/// how big the logs are.
extension Supervisor {
    private static let patience: Duration = .seconds(5)

    func answerMetrics(_ call: ControlCall) {
        let numbers = gatherNumbers()
        let log = folders.log
        files.submit(deadline: Self.patience) {
            MetricsText.write(
                numbers, ProcessNumbers.own(), logs: LogSizes.all(under: log, numbers.services.map(\.name)))
        } then: { (outcome: WorkOutcome<[UInt8]>) in
            if case .done(let text) = outcome {
                return call.responder.finish(status: 200, bytes: text, contentType: OpenMetrics.contentType)
            }
            // The disk of the logs hangs: what is known without it.
            let text = MetricsText.write(numbers, ProcessNumbers.own(), logs: [:])
            call.responder.finish(status: 200, bytes: text, contentType: OpenMetrics.contentType)
        }
    }

    private func gatherNumbers() -> HostNumbers {
        let now = loop.now
        let levels: [ConditionLevel: Double] = [.ok: 0, .warn: 1, .critical: 2]
        return HostNumbers(
            uptimeSeconds: (now - startedAt).seconds, services: numbersOfServices(now),
            conditions: conditions.map { ($0.kind, levels[$0.level] ?? 0) }, disks: disks.numbers, lag: loop.lag,
            streams: streams.count,
            refusals: refusals.count)
    }

    private func numbersOfServices(_ now: Instant) -> [HostNumbers.Service] {
        machine.services.keys.sorted().compactMap { name in machine.services[name].map { numbers(of: $0, now) } }
    }

    private func numbers(of service: ServiceMachine, _ now: Instant) -> HostNumbers.Service {
        var result = HostNumbers.Service(
            name: service.specification.name.text, family: service.specification.family.text, phase: service.phase,
            restarts: service.restarts)
        guard case .up(let life) = service.state else { return result }
        result.uptimeSeconds = (now - life.startedAt).seconds
        result.isReady = life.isReady
        for kind in ProbeKind.allCases {
            guard let last = Self.probe(kind, of: life)?.last else { continue }
            result.probes.append((kind.rawValue, last.answer.ok, last.answer.took.seconds))
        }
        return result
    }
}

/// The numbers of one moment.
nonisolated struct HostNumbers: Sendable {
    struct Service: Sendable {
        let name: String
        let family: String
        let phase: ServicePhase
        let restarts: UInt64
        var isReady = false
        var uptimeSeconds: Double?
        var probes: [(kind: String, ok: Bool, seconds: Double)] = []
    }

    let uptimeSeconds: Double
    let services: [Service]
    let conditions: [(kind: String, level: Double)]
    let disks: [(path: String, freeBytes: Double, sizeBytes: Double, freeInodes: Double)]
    let lag: LoopLag
    let streams: Int
    let refusals: UInt64
}

/// Numbers of hostd's own process.
nonisolated struct ProcessNumbers: Sendable {
    var residentBytes: Double?
    var cpuSeconds: Double?
    var openFiles: Double?

    static func own() -> ProcessNumbers {
        var result = ProcessNumbers()
        if let text = try? Files.readText("/proc/self/statm", limit: 4096) {
            let fields = text.split(separator: " ")
            if fields.count > 1, let pages = Double(fields[1]) { result.residentBytes = pages * Self.pageBytes }
        }
        result.cpuSeconds = ProcessUsage.own.seconds
        result.openFiles = (try? Files.list("/proc/self/fd")).map { Double($0.count - 1) }
        return result
    }

    private static let pageBytes = Double(MemoryPages.bytes)
}

/// How much the logs of services take on disk.
nonisolated enum LogSizes {
    private static let isLooking = Atomic<Bool>(false)

    /// The sizes by name; none while an earlier look hangs on a disk, which takes one thread and no more.
    static func all(under folder: String, _ names: [String]) -> [String: Double] {
        guard isLooking.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            return [:]
        }
        defer { isLooking.store(false, ordering: .relaxed) }
        var sizes: [String: Double] = [:]
        for name in names {
            let path = "\(folder)/\(name)"
            guard let files = try? Files.list(path) else { continue }
            sizes[name] = files.reduce(0) { $0 + Double((try? Files.size("\(path)/\($1)")) ?? 0) }
        }
        return sizes
    }
}
