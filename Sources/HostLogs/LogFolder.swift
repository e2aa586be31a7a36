// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// The folder of a log, below that of all logs.
enum LogFolder {
    /// Throws where others can write it or lead it elsewhere: this program may be root, and would do so for them.
    static func check(_ name: String, below root: String) throws(SystemError) {
        let path = "\(root)/\(name)/current"
        guard let complaint = Trust.ofOwnFiles.complaintOnWay(to: path, from: root) else { return }
        throw SystemError(code: EACCES, call: "write the log", subject: complaint)
    }
}
