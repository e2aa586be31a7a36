// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A folder for one measurement, removed with all that is in it when it is let go of.
final class BenchFolder {
    let path: String

    /// Makes it under `parent`, or under TMPDIR or /tmp. Its path is short: sockets live in it.
    init(under wanted: String? = nil) throws(SystemError) {
        let parent = wanted ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/hostd-bench-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError(code: errno, call: "mkdtemp", subject: parent) }
        path = template.withUnsafeBytes { String(decoding: $0.dropLast(), as: UTF8.self) }
    }

    deinit {
        Self.remove(path)
    }

    /// Makes a folder in it and returns its path.
    func folder(_ name: String) throws(SystemError) -> String {
        try Files.makeFolder(path + "/" + name)
        return path + "/" + name
    }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in (try? Files.list(path)) ?? [] { remove(path + "/" + name) }
        rmdir(path)
    }
}
