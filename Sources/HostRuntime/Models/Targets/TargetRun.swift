// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop
internal import HostWire

/// A helper (`hostd --apply-models`) that works on a target.
enum TargetRun {
    private static let outputLimitBytes = 16384

    /// Starts it; `then` gets what became of it, never before this returns. `lockPath` is where the lock of the target
    /// is: the helper and its commands hold it as long as they live. Nil where none was started.
    static func start(
        loop: EventLoop, _ program: String, _ order: TargetOrder, lockPath: String, timeout: Duration,
        then: @escaping (TargetResult) -> Void
    ) -> HelperRun? {
        do throws(SystemError) {
            let lock = try Descriptor(opening: lockPath, O_RDWR | O_CREAT | O_NOFOLLOW)
            guard try lock.tryLock() else {
                loop.later { then(TargetResult(error: "an earlier try is still at work on it")) }
                return nil
            }
            return HelperRun(
                loop: loop, program, "--apply-models", order: order.json, environment: environment(),
                keeping: [lock.raw], timeout: timeout, outputLimitBytes: outputLimitBytes
            ) { said in
                switch said {
                case .success(let json): then(TargetResult(json: json))
                case .failure(let failure): then(TargetResult(error: failure.words))
                }
            }
        } catch {
            let why = "\(error)"
            loop.later { then(TargetResult(error: why)) }
            return nil
        }
    }

    /// What commands are to have of hostd's own environment.
    private static func environment() -> [String] {
        ["PATH", "LANG", "TZ", "HOSTD_EPOCH"].compactMap { (name: String) -> String? in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
    }
}
