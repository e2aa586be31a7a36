// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// A process that this one has started: its pid, and the pidfd that holds it.
public struct SpawnedProcess: ~Copyable {
    /// The process id.
    public let pid: Int32
    private let pidfd: Descriptor

    /// Takes over a process that was started.
    public init(pid: Int32, pidfd: consuming Descriptor) {
        self.pid = pid
        self.pidfd = pidfd
    }

    /// The pidfd alone.
    public consuming func takeDescriptor() -> Descriptor { pidfd }
}

extension Processes {
    /// Starts the program at `path` in a session of its own (or in a process group alone, which is cheaper), with a
    /// clean signal mask, exactly `environment`, /dev/null as stdin, `output` (nil: /dev/null) as stdout and stderr,
    /// and the descriptors `keeping` as 3, 4, … (at most 8). Returns when it has been exec'd.
    public static func spawn(
        _ path: String, _ arguments: [String], environment: [String] = [], output: Int32? = nil,
        keeping: [Int32] = [], needsSession: Bool = true
    ) throws(SystemError) -> SpawnedProcess {
        var pidfd: Int32 = -1
        let pid = try check("start", path) {
            CStrings.with([path] + arguments) { argv in
                CStrings.with(environment) { envp in
                    chost_spawn(
                        path, argv, envp, keeping, Int32(keeping.count), output ?? -1, needsSession ? 1 : 0, &pidfd)
                }
            }
        }
        return SpawnedProcess(pid: pid, pidfd: Descriptor(owning: pidfd))
    }
}
