// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The descriptors that a service manager passes to a program that it starts (sd_listen_fds(3)).
public enum PassedDescriptors {
    private static let firstNumber: Int32 = 3
    private static let limit: Int32 = 65536
    /// What tells of them.
    static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]

    /// One of them.
    public struct Passed: ~Copyable {
        /// The open file, closed on the next exec.
        public let descriptor: Descriptor
        /// What it is called; empty where nobody says.
        public let name: String

        /// Gives the open file away.
        public consuming func takeDescriptor() -> Descriptor { descriptor }
    }

    /// Calls `body` with each of them, and takes the variables that tell of them out of the environment: they are for
    /// this process alone, and once. Before any other thread runs.
    public static func take(_ body: (consuming Passed) -> Void) {
        let values = variables.map { name in
            defer { unsetenv(name) }
            return getenv(name).map { String(cString: $0) }
        }
        guard values[0].flatMap({ Int32($0) }) == getpid(), let count = values[1].flatMap({ Int32($0) }),
            (1...limit).contains(count)
        else { return }
        let names = (values[2] ?? "").split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        for index in 0..<count {
            guard let descriptor = Takeover.inherit(firstNumber + index) else { continue }
            let name = Int(index) < names.count ? names[Int(index)] : ""
            body(Passed(descriptor: descriptor, name: name))
        }
    }
}
