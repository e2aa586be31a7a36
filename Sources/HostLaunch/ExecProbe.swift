// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux
public import HostLoop

/// Runs a command as a service's user and tells how it ended. A keeper in its probe mode holds the command's whole tree
/// and ends it when its time is over, so that a probe never leaves anything behind, whatever becomes of hostd.
public final class ExecProbe {
    /// How the command ended.
    public nonisolated enum Result: Hashable, Sendable {
        /// With this status of the keeper (docs/keeper.md): the exit code, 124 for its time being over, 128 + signal.
        case ended(status: Int32, lastLine: String)
        /// It could not be started: why.
        case failed(String)
    }

    /// Only the end of what a command writes is kept.
    private static let outputLimitBytes = 4096
    /// Beyond its timeout the keeper has so long to end the tree.
    private static let patience: Duration = .seconds(5)

    private let output: PrivatePipe
    private var source: IOSource?
    private var watch: ProcessWatch?
    private var timer: TimerSource?
    private var tail: [UInt8] = []
    private var then: ((Result) -> Void)?

    private init(then: @escaping (Result) -> Void) throws(SystemError) {
        output = try PrivatePipe()
        self.then = then
    }

    /// Runs `command` in the environment and identity of `prepared`; `then` is called once, never before `run` returns.
    public static func run(
        loop: EventLoop, keeper: String, command: [String], _ launch: LaunchSpecification, _ prepared: PreparedLaunch,
        timeout: Duration, then: @escaping (Result) -> Void
    ) {
        do throws(SystemError) {
            let probe = try ExecProbe(then: then)
            try probe.start(loop, keeper, command, launch, prepared, timeout)
        } catch {
            let text = "\(error)"
            loop.later { then(.failed(text)) }
        }
    }

    private func start(
        _ loop: EventLoop, _ keeper: String, _ command: [String], _ launch: LaunchSpecification,
        _ prepared: PreparedLaunch, _ timeout: Duration
    ) throws(SystemError) {
        let options = ["--probe", "--timeout-ms", "\(max(1, timeout.nanoseconds / 1_000_000))"]
        let arguments = options + ChildOptions.arguments(launch, prepared.identity) + ["--"] + command
        source = try loop.watch(output.reading.raw, .readable) { [weak self] _ in self?.takeOutput() }
        timer = try loop.timer { self.finish(.failed("its keeper does not end")) }
        let process = try Processes.spawn(
            keeper, arguments, environment: prepared.environment, output: output.writing.raw)
        // The watch keeps the probe alive until it is finished.
        watch = try ProcessWatch(loop: loop, pidfd: process.takeDescriptor()) { self.ended($0) }
        timer?.arm(at: loop.now + timeout + Self.patience)
    }

    private func takeOutput() {
        // We hold the writing end too, so there is no end of file, only nothing more.
        guard let part = try? output.reading.read(upTo: Self.outputLimitBytes) else { return }
        tail = Array((tail + part).suffix(Self.outputLimitBytes))
    }

    private func ended(_ status: Int32?) {
        takeOutput()
        guard let status else { return finish(.failed("its end was not seen")) }
        let signal = status & 0x7f
        finish(.ended(status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, lastLine: lastLine()))
    }

    private func lastLine() -> String {
        let lines = tail.split(separator: UInt8(ascii: "\n"))
        return lines.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func finish(_ result: Result) {
        guard let then else { return }
        self.then = nil
        source = nil
        timer = nil
        watch = nil
        then(result)
    }
}
