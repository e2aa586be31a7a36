// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A folder for one run of a bench, removed with everything in it when its owner lets it go.
final class BenchFolder {
    let path: String

    /// Makes the folder under TMPDIR or /tmp. Its path is short: sockets live in it.
    init() throws(SystemError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/hostd-bench-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemError(code: errno, call: "make a folder in", subject: parent)
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
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
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        if info.st_mode & S_IFMT == S_IFDIR {
            for name in (try? Files.list(path)) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}
