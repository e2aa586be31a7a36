// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// Where programs are found.
enum BenchPrograms {
    /// This program itself.
    static let own = Files.linkTarget("/proc/self/exe") ?? "/proc/self/exe"

    /// The path of a program that was built together with this one.
    static func built(_ name: String) -> String {
        guard let slash = own.lastIndex(of: "/") else { return name }
        return own[...slash] + name
    }

    /// The path of an installed program; nil when it is not there.
    static func installed(_ name: String) -> String? {
        ["/usr/local/bin/", "/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/command/"].map { $0 + name }
            .first { Files.exists($0) }
    }
}
