// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// Where the programs are that a bench runs.
enum BenchPrograms {
    /// A program of this package: it lies beside hostd-bench.
    static func own(_ name: String) -> String {
        let bench = Files.linkTarget("/proc/self/exe") ?? ""
        let folder = bench.lastIndex(of: "/").map { bench[..<$0] } ?? "."
        return "\(folder)/\(name)"
    }

    /// A program of the system, or nil when it is not installed.
    static func installed(_ name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
