// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// Looks at the memory of the host: now and then while there is enough, at once when the kernel says that work waits
/// for it (a PSI trigger, Documentation/accounting/psi.rst), and often while there is too little.
final class MemoryWatch {
    private static let interval: Duration = .seconds(60)
    /// Where the kernel does not tell of pressure by itself.
    private static let intervalWithoutTrigger: Duration = .seconds(15)
    private static let alertInterval: Duration = .seconds(2)
    private static let countAge: Duration = .milliseconds(100)
    /// Some work waits for 150 ms of 2 s. Unprivileged users may only ask for multiples of 2 s.
    private static let trigger = "some 150000 2000000"

    /// What the guard has to say, with the sample behind it.
    var news: ((MemoryGuard.Effect, MemorySample) -> Void)?
    /// A sample that changes nothing.
    var sampled: ((MemorySample) -> Void)?

    private let loop: EventLoop
    private var machine: MemoryGuard
    private var timer: TimerSource?
    private var pressure: IOSource?
    private var pressureFile: Descriptor?
    private var counted: (kills: UInt64?, at: Instant)?

    init(loop: EventLoop) {
        self.loop = loop
        machine = MemoryGuard(at: loop.now)
    }

    func begin() {
        timer = try? loop.timer { [weak self] in self?.look() }
        listen()
        look()
    }

    /// Whether pressure is told of, and not only looked for.
    var hasTrigger: Bool { pressure != nil }

    /// What is known of an end by SIGKILL; many at once are answered by one look.
    func suspicion() -> String? {
        if counted.map({ loop.now - $0.at > Self.countAge }) ?? true {
            counted = (HostFigures.readMemory().oomKills, loop.now)
        }
        return machine.suspicion(oomKills: counted?.kills, at: loop.now)
    }

    private func listen() {
        guard let file = try? Descriptor(opening: "/proc/pressure/memory", O_RDWR | O_NONBLOCK),
            (try? file.write(all: Self.trigger.utf8 + [0])) != nil
        else { return }
        pressure = try? loop.watch(file.raw, .priority) { [weak self] events in
            // The kernel is done with the trigger.
            if events.contains(.error) { self?.pressure = nil }
            self?.look()
        }
        pressureFile = consume file
    }

    /// All of it comes from the kernel's memory: nothing here waits for a disk.
    private func look() {
        let sample = Self.sample()
        if let sample {
            let effects = machine.handle(sample, at: loop.now)
            for effect in effects { news?(effect, sample) }
            if effects.isEmpty { sampled?(sample) }
        }
        let calm = hasTrigger ? Self.interval : Self.intervalWithoutTrigger
        timer?.arm(at: loop.now + (machine.isAlert ? Self.alertInterval : calm))
    }

    private static func sample() -> MemorySample? {
        let figures = HostFigures.readMemory()
        guard let total = figures.memoryBytes, let available = figures.availableBytes else { return nil }
        let pressure = figures.pressure["memory"]
        return MemorySample(
            totalBytes: total, availableBytes: available, somePercent: pressure?.some.first,
            fullPercent: pressure?.full.first, oomKills: figures.oomKills)
    }
}

extension Supervisor {
    func watchMemory() {
        memory.news = { [weak self] effect, sample in
            guard let self else { return }
            switch effect {
            case .say(let level, let reason):
                self.setCondition("memory", level, reason, evidence: self.evidence(sample))
            case .oomKilled(let count):
                let one = count == 1 ? "a process" : "\(count) processes"
                self.history.add(host: "oom_kill", "the kernel has ended \(one) for want of memory")
            }
        }
        memory.sampled = { [weak self] sample in
            guard let self else { return }
            self.setEvidence("memory", self.evidence(sample))
        }
        memory.begin()
    }

    private func evidence(_ sample: MemorySample) -> JSON {
        [
            "total_bytes": JSON(sample.totalBytes), "available_bytes": JSON(sample.availableBytes),
            "some_percent": JSON(sample.somePercent), "full_percent": JSON(sample.fullPercent),
            "oom_kills": JSON(sample.oomKills), "growing": growingServices,
            "watched": .string(memory.hasTrigger ? "trigger" : "polled"),
        ]
    }
}
