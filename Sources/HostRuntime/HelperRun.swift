// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// A helper of hostd's own, `hostd OPTION`, while it works: it finds its order as JSON in descriptor 3, and says in
/// descriptor 4 what became of it.
final class HelperRun {
    private var output: Descriptor?
    private var watch: ProcessWatch?
    private var timer: TimerSource?
    private var then: ((Result<JSON, Failure>) -> Void)?
    private let outputLimitBytes: Int

    /// Why a helper has said nothing.
    struct Failure: Error {
        let words: String
    }

    /// Starts `program`; `then` gets what it said, never before this returns. Its environment has no more than
    /// `environment`, and it keeps `descriptors` from number 5 on.
    init(
        loop: EventLoop, _ program: String, _ option: String, order: JSON,
        environment: [String] = [], keeping descriptors: [Int32] = [], timeout: Duration, outputLimitBytes: Int,
        then: @escaping (Result<JSON, Failure>) -> Void
    ) {
        self.then = then
        self.outputLimitBytes = outputLimitBytes
        do throws(SystemError) {
            let text = try Descriptor.inMemory("hostd\(option)", holding: order.bytes)
            let pipe = try PrivatePipe()
            let process = try Processes.spawn(
                program, [option], environment: environment, output: 2,
                keeping: [text.raw, pipe.writing.raw] + descriptors)
            output = pipe.takeReading()
            timer = try loop.timer { [weak self] in
                self?.watch?.signal(SIGKILL)
                self?.finish(.failure(Failure(words: "it took more than \(timeout.text)")))
            }
            timer?.arm(at: loop.now + timeout)
            watch = try ProcessWatch(loop: loop, pidfd: process.takeDescriptor()) { [weak self] in self?.ended($0) }
        } catch {
            let why = "\(error)"
            loop.later { self.finish(.failure(Failure(words: why))) }
        }
    }

    private func ended(_ status: Int32?) {
        let bytes = (try? output?.read(upTo: outputLimitBytes)) ?? []
        guard status == 0, let json = try? JSON(parsing: bytes) else {
            return finish(.failure(Failure(words: "the helper failed")))
        }
        finish(.success(json))
    }

    private func finish(_ result: Result<JSON, Failure>) {
        guard let then else { return }
        self.then = nil
        timer = nil
        then(result)
    }
}
