// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// A helper (`hostd --apply-models`) while it works on a target.
final class TargetRun {
    private static let outputLimitBytes = 16384

    private var output: Descriptor?
    private var watch: ProcessWatch?
    private var timer: TimerSource?
    private var then: ((TargetResult) -> Void)?

    /// Starts it; `then` gets what became of it, never before this returns. `lockPath` is where the lock of the target
    /// is: the helper and its commands hold it as long as they live.
    init(
        loop: EventLoop, _ program: String, _ order: TargetOrder, lockPath: String, timeout: Duration,
        then: @escaping (TargetResult) -> Void
    ) {
        self.then = then
        do throws(SystemError) {
            try start(loop, program, order, lockPath, timeout)
        } catch {
            let why = "\(error)"
            loop.later { self.finish(TargetResult(error: why)) }
        }
    }

    private func start(
        _ loop: EventLoop, _ program: String, _ order: TargetOrder, _ lockPath: String, _ timeout: Duration
    ) throws(SystemError) {
        let lock = try Descriptor(opening: lockPath, O_RDWR | O_CREAT | O_NOFOLLOW)
        guard try lock.tryLock() else {
            return loop.later { self.finish(TargetResult(error: "an earlier try is still at work on it")) }
        }
        let text = try Descriptor.inMemory("hostd-apply", holding: order.json.bytes)
        let pipe = try PrivatePipe()
        let process = try Processes.spawn(
            program, ["--apply-models"], environment: Self.environment(), output: 2,
            keeping: [text.raw, pipe.writing.raw, lock.raw])
        output = pipe.takeReading()
        timer = try loop.timer { [weak self] in
            self?.watch?.signal(SIGKILL)
            self?.finish(TargetResult(error: "it took more than \(timeout.text)"))
        }
        timer?.arm(at: loop.now + timeout)
        watch = try ProcessWatch(loop: loop, pidfd: process.takeDescriptor()) { [weak self] in self?.ended($0) }
    }

    /// What commands are to have of hostd's own environment.
    private static func environment() -> [String] {
        ["PATH", "LANG", "TZ", "HOSTD_EPOCH"].compactMap { (name: String) -> String? in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
    }

    private func ended(_ status: Int32?) {
        let bytes = (try? output?.read(upTo: Self.outputLimitBytes)) ?? []
        guard status == 0, let json = try? JSON(parsing: bytes) else {
            return finish(TargetResult(error: "the helper failed"))
        }
        finish(TargetResult(json: json))
    }

    private func finish(_ result: TargetResult) {
        guard let then else { return }
        self.then = nil
        timer = nil
        then(result)
    }
}
