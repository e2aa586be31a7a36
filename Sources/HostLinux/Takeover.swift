// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What a program hands to the one that takes its place in the same process.
public enum Takeover {
    /// Lets a descriptor outlive execve(2), or not.
    public static func keep(_ raw: Int32, _ isKept: Bool) throws(SystemError) {
        try check("fcntl") { chost_fcntl_int(raw, F_SETFD, isKept ? 0 : FD_CLOEXEC) }
    }

    /// Runs `path` in the place of this program, with its environment. Comes back only when that fails.
    public static func execute(_ path: String, _ arguments: [String]) -> SystemError {
        CStrings.with([path] + arguments) { argv in
            _ = execv(path, argv)
            return SystemError(code: errno, call: "execute", subject: path)
        }
    }

    /// A descriptor that the program before this one left, as our own and closed on the next exec; nil when there is
    /// none of that number.
    public static func inherit(_ raw: Int32) -> Descriptor? {
        guard raw > 2, chost_fcntl_int(raw, F_GETFD, 0) >= 0, (try? keep(raw, false)) != nil else { return nil }
        return Descriptor(owning: raw)
    }

    /// The environment that this process was started with, as `NAME=value`, without what told of descriptors that were
    /// passed to it alone.
    public static func environment() -> [String] {
        let text = (try? Files.readText("/proc/self/environ", limit: 4 << 20)) ?? ""
        return text.split(separator: "\0").map(String.init).filter { entry in
            !PassedDescriptors.variables.contains { entry.hasPrefix($0 + "=") }
        }
    }

    /// The children of a process with one thread, whoever started them.
    public static func children(of pid: Int32) -> [Int32] {
        let path = "/proc/\(pid)/task/\(pid)/children"
        let text = (try? Files.readText(path, limit: 1 << 20)) ?? ""
        return text.split(separator: " ").compactMap { Int32($0.filter(\.isNumber)) }
    }
}
