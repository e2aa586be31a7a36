// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// The self-test of the binary that is installed now, in a process of its own.
final class SelfTestRun {
    private static let timeout: Duration = .seconds(30)
    private static let outputLimitBytes = 4096

    private let output: PrivatePipe
    private var watch: ProcessWatch?
    private var timer: TimerSource?
    private var then: ((Result<String, FolderError>) -> Void)?

    /// Starts it; `then` gets the version that it is of, or why it does not pass.
    init(
        loop: EventLoop, _ path: String, _ arguments: [String],
        then: @escaping (Result<String, FolderError>) -> Void
    ) throws(SystemError) {
        output = try PrivatePipe()
        self.then = then
        let process = try Processes.spawn(
            path, ["--self-test"] + arguments, environment: Takeover.environment(), output: output.writing.raw)
        timer = try loop.timer { [weak self] in
            self?.watch?.signal(9)
            self?.finish(.failure(FolderError(description: "it took more than \(Self.timeout.text)")))
        }
        timer?.arm(at: loop.now + Self.timeout)
        watch = try ProcessWatch(loop: loop, pidfd: process.takeDescriptor()) { [weak self] in self?.ended($0) }
    }

    private func ended(_ status: Int32?) {
        let bytes = (try? output.reading.read(upTo: Self.outputLimitBytes)) ?? []
        let text = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        guard status == 0 else {
            let why = text.first ?? "it ended with status \(status.map { "\($0 >> 8 & 0xff)" } ?? "unknown")"
            return finish(.failure(FolderError(description: why)))
        }
        finish(.success(text.last ?? ""))
    }

    private func finish(_ result: Result<String, FolderError>) {
        guard let then else { return }
        self.then = nil
        timer = nil
        then(result)
    }
}
